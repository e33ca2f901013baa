"""What each 고용24 service is called, how it is asked and which fields it sends.

Put here: facts of the API guide (paths, parameters, field names). Not here: HTTP, files or parsing.
Feeds ``bronze__job_postings`` (postings), ``bronze__training_courses`` (courses) and
``bronze__occupations`` (occupations, job dictionary).

Traps, kept as sent at this stage and resolved in silver:

* ``eiEmplRate3``/``eiEmplRate6`` are text: a number, or A 개설예정, B 진행중, C 미실시, D 수료자없음.
* ``trprDegr`` of the course list may differ from the real round: take ``parse.session_round(titleLink)``.
* ``courseMan`` is money (수강비, KRW), ``yardMan`` is seats, ``regCourseMan`` is people.
* Area 51 is 강원 for courses (``trngAreaCd``), but "서울/강원" for job fairs (``areaCd`` 51..56 are bureaus).
* ``minSal``/``maxSal`` mean nothing without ``salTpNm`` (hour, day, month, year).
* KECO and ``jobsCd`` codes begin with 0: text, never integers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

#: Names and numbers of people in charge. They stay in the raw file and are never read into a table.
PERSONAL_FIELDS = frozenset({"reperNm", "empChargerDpt", "contactTelno", "chargerFaxNo"})


@dataclass(frozen=True)
class Query:
    """One extra set of parameters that a service must be asked with; its name becomes a file name."""

    name: str
    params: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Service:
    """One endpoint: how to ask it, where its rows stand in the reply and which fields they hold.

    ``row_parent`` None: the root element itself is the one row (details). ``total_tag`` None: always one row.
    ``page_param`` None: everything comes in one reply. ``date_params``: first and last day, both included.
    """

    name: str
    path: str
    root_tags: tuple[str, ...]
    row_tag: str
    fields: tuple[str, ...]
    body_format: Literal["xml", "json"] = "xml"
    row_parent: str | None = None
    total_tag: str | None = "total"
    fixed: tuple[tuple[str, str], ...] = ()
    page_param: str | None = None
    size_param: str | None = None
    date_params: tuple[str, str] | None = None
    queries: tuple[Query, ...] = ()


def _names(listed: str) -> tuple[str, ...]:
    return tuple(listed.split())


POSTINGS = Service(
    name="postings",
    path="wk/callOpenApiSvcInfo210L01.do",
    root_tags=("wantedRoot",),
    row_tag="wanted",
    row_parent="wantedRoot",
    fixed=(("callTp", "L"), ("returnType", "XML"), ("sortOrderBy", "ASC")),
    page_param="startPage",
    size_param="display",
    date_params=("minWantedAuthDt", "maxWantedAuthDt"),
    fields=_names(
        "wantedAuthNo company busino indTpNm title salTpNm sal minSal maxSal region holidayTpNm minEdubg maxEdubg "
        "career regDt closeDt infoSvc wantedInfoUrl wantedMobileInfoUrl zipCd strtnmCd basicAddr detailAddr empTpCd "
        "jobsCd smodifyDtm"
    ),
)

_POSTING_DETAILS = Service(
    name="posting_details",
    path="wk/callOpenApiSvcInfo210D01.do",
    root_tags=("wantedDtl", "wantedRoot"),
    row_tag="wantedDtl",
    total_tag=None,
    # The guide's example carries infoSvc; without it the API answers 018 (provider missing).
    fixed=(("callTp", "D"), ("returnType", "XML"), ("infoSvc", "VALIDATION")),
    fields=_names(
        "wantedAuthNo corpNm totPsncnt capitalAmt yrSalesAmt indTpCdNm busiCont corpAddr homePg busiSize jobsNm "
        "wantedTitle relJobsNm jobCont receiptCloseDt empTpNm collectPsncnt salTpNm enterTpNm eduNm forLang major "
        "certificate mltsvcExcHope compAbl pfCond etcPfCond selMthd rcptMthd submitDoc etcHopeCont workRegion "
        "nearLine workdayWorkhrCont fourIns retirepay etcWelfare srchKeywordNm jobsCd regionCd"
    ),
)

COURSES = Service(
    name="courses",
    path="hr/callOpenApiSvcInfo310L01.do",
    root_tags=("HRDNet",),
    row_tag="scn_list",
    row_parent="srchList",
    total_tag="scn_cnt",
    body_format="json",
    # sort by start day (2): a stable order, so that pages do not overlap while the list grows.
    fixed=(("returnType", "JSON"), ("outType", "1"), ("sort", "ASC"), ("sortCol", "2")),
    page_param="pageNum",
    size_param="pageSize",
    date_params=("srchTraStDt", "srchTraEndDt"),
    fields=_names(
        "address certificate contents courseMan realMan yardMan regCourseMan eiEmplCnt3 eiEmplCnt3Gt10 eiEmplRate3 "
        "eiEmplRate6 grade instCd ncsCd stdgScor subTitle subTitleLink telNo title titleIcon titleLink traStartDate "
        "traEndDate trainTarget trainTargetCd trainstCstId trngAreaCd trprDegr trprId wkendSe"
    ),
)

COURSES_XML = replace(COURSES, body_format="xml", fixed=(("returnType", "XML"), *COURSES.fixed[1:]))

OCCUPATIONS = Service(
    name="occupations",
    path="wk/callOpenApiSvcInfo212L01.do",
    root_tags=("jobsList",),
    row_tag="jobList",
    row_parent="jobsList",
    fixed=(("returnType", "XML"), ("target", "JOBCD")),
    fields=("jobClcd", "jobClcdNM", "jobCd", "jobNm"),
)

_JOB_DICTIONARY = Service(
    name="job_dictionary",
    path="wk/callOpenApiSvcInfo212L50.do",
    root_tags=("dJobsList",),
    row_tag="dJobList",
    row_parent="dJobsList",
    fixed=(("returnType", "XML"), ("target", "dJobCD"), ("srchType", "J")),
    page_param="startPage",
    size_param="display",
    fields=("dJobCd", "dJobCdSeq", "dJobNm"),
)

_JOB_DICTIONARY_DETAILS = Service(
    name="job_dictionary_details",
    path="wk/callOpenApiSvcInfo212D50.do",
    root_tags=("dJobsSum",),
    row_tag="dJobsSum",
    total_tag=None,
    fixed=(("returnType", "XML"), ("target", "dJobDTL")),
    fields=_names(
        "dJobCd dJobCdSeq dJobNm workSum doWork eduLevel skillYear workStrong workPlace physicalAct workEnv workFunc1 "
        "workFunc2 workFunc3 similarNm connectJob certLic dJobECd dJobECdNm dJobJCd dJobJCdNm dJobICd dJobICdNm "
        "inqYear etc"
    ),
)


def posting_details(posting_ids: Iterable[str] = ()) -> Service:
    """Return the detail service for these ``wantedAuthNo``: one call each, for a shortlist, not for the country."""
    queries = tuple(Query(number, (("wantedAuthNo", number),)) for number in sorted(set(posting_ids)))
    return replace(_POSTING_DETAILS, queries=queries)


def job_dictionary(standard_codes: Iterable[str] = ()) -> Service:
    """Return the dictionary list service, asked once per standard occupation code (``stdJobCl``, text)."""
    queries = tuple(Query(code, (("stdJobCl", code),)) for code in sorted(set(standard_codes)))
    return replace(_JOB_DICTIONARY, queries=queries)


def job_dictionary_details(job_ids: Iterable[tuple[str, str]] = ()) -> Service:
    """Return the dictionary detail service for these (``dJobCd``, ``dJobCdSeq``)."""
    queries = tuple(
        Query(f"{code}_{sequence}", (("dJobCd", code), ("dJobCdSeq", sequence)))
        for code, sequence in sorted(set(job_ids))
    )
    return replace(_JOB_DICTIONARY_DETAILS, queries=queries)
