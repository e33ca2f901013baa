"""The look-up API: one key in, the published answers of one night out, over HTTP and read-only.

Put here: who may ask, which night answers, how an answer and a refusal are written, what the API promises.
Do not put here: what a row means (lake/contracts), other ways of handing tables over (lake/exports.py), commands
(dagster_project/). FastAPI and uvicorn are the pip extra `api`: only app.py and openapi.py import FastAPI.
"""
