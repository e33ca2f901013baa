"""The device seam: the ONLY place that knows whether numpy and faiss or cupy, cudf and faiss-gpu compute.

Put here: array module, Arrow to columns and back, top-k, what runs. Do not put here:
parameters, scaling or the breaking of ties — they stand above the seam, once. Makes no table.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

log = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float32]
IndexArray = npt.NDArray[np.int64]
Part = TypeVar("Part")

GPU_MODULES = ("cupy", "cudf")  # needed beside a visible NVIDIA card; without faiss-gpu cupy searches


class DeviceUnavailable(RuntimeError):  # noqa: N818 - says a state, like EngineUnavailable of lake/session.py
    """The asked-for device cannot be used here; the message says what is missing."""


class DeviceInputError(ValueError):
    """Arrays or columns that the device cannot take: wrong shape, or text that was not encoded first."""


class DeviceMemoryError(MemoryError):
    """One single row is still too much for the device's memory."""


@dataclass(frozen=True)
class Device(ABC):
    """What computes. It holds no state, so a closure that carries one can be pickled to the engine."""

    name: str

    @property
    @abstractmethod
    def xp(self) -> Any:
        """The array module: numpy or cupy."""

    @property
    def has_compiled_loops(self) -> bool:
        """Whether loops compiled for the processor are this device's way to decide row by row; else array code is."""
        return self.xp is np

    @abstractmethod
    def columns(self, batch: pa.RecordBatch | pa.Table) -> dict[str, Any]:
        """Every column as one array of this device: numbers, booleans and days (since 1970) as floats, null as NaN.

        float32 stays float32, everything else becomes float64. Text must be encoded to numbers before.
        """

    @abstractmethod
    def to_arrow(self, columns: Mapping[str, Any], schema: pa.Schema) -> pa.RecordBatch:
        """Arrays of this device as an Arrow batch of `schema`; NaN becomes null, floats are cast safely."""

    @abstractmethod
    def _top_k(self, queries: FloatArray, items: FloatArray, k: int) -> tuple[FloatArray, IndexArray]:
        """`top_k` without the checks."""

    @abstractmethod
    def describe(self) -> dict[str, str]:
        """What runs, for the record of the night."""

    def top_k(self, queries: FloatArray, items: FloatArray, k: int) -> tuple[FloatArray, IndexArray]:
        """The k best items (m, d) of each query (n, d) by exact inner product, best first, both float32.

        Returns host arrays: scores (n, k) float32 and item positions (n, k) int64. Which of two equal items
        comes first is the library's choice: ask for more than needed and break ties above.
        """
        if queries.ndim != 2 or items.ndim != 2 or queries.shape[1] != items.shape[1]:
            raise DeviceInputError(f"queries {queries.shape} and items {items.shape} must be (n, d) and (m, d)")
        if not 1 <= k <= len(items):
            raise DeviceInputError(f"k is {k}; it must lie between 1 and the {len(items)} items searched")
        if not len(queries):
            return np.empty((0, k), np.float32), np.empty((0, k), np.int64)
        return self._top_k(np.ascontiguousarray(queries, np.float32), np.ascontiguousarray(items, np.float32), k)


@dataclass(frozen=True)
class CpuDevice(Device):
    """pyarrow, numpy and faiss-cpu."""

    name: str = "cpu"

    @property
    def xp(self) -> Any:
        """Numpy."""
        return np

    def columns(self, batch: pa.RecordBatch | pa.Table) -> dict[str, Any]:
        """See Device."""
        return {
            field.name: _numeric(column, field).to_numpy(zero_copy_only=False)
            for field, column in zip(batch.schema, batch.columns, strict=True)
        }

    def to_arrow(self, columns: Mapping[str, Any], schema: pa.Schema) -> pa.RecordBatch:
        """See Device."""
        return _arrow_batch({name: np.asarray(values) for name, values in columns.items()}, schema)

    def _top_k(self, queries: FloatArray, items: FloatArray, k: int) -> tuple[FloatArray, IndexArray]:
        import faiss

        index = faiss.IndexFlatIP(items.shape[1])
        index.add(items)
        scores, places = index.search(queries, k)
        return scores, places

    def describe(self) -> dict[str, str]:
        """See Device."""
        import faiss

        return {"device": "cpu", "numpy": np.__version__, "faiss": faiss.__version__, "pyarrow": pa.__version__}


@dataclass(frozen=True)
class GpuDevice(Device):
    """cupy and cudf on one NVIDIA card, faiss-gpu where it is installed.

    Out of memory halves the rows of the call and tries again, down to one row; a search that does not fit even then
    is done by the processor when `may_fall_back` (device auto) and is an error otherwise (device gpu).
    """

    name: str = "gpu"
    may_fall_back: bool = False

    @property
    def xp(self) -> Any:
        """Cupy."""
        return importlib.import_module("cupy")

    def columns(self, batch: pa.RecordBatch | pa.Table) -> dict[str, Any]:
        """See Device."""
        import cudf

        numeric = [_numeric(column, field) for field, column in zip(batch.schema, batch.columns, strict=True)]
        frame = cudf.DataFrame.from_arrow(pa.table(dict(zip(batch.schema.names, numeric, strict=True))))
        return {name: series.to_cupy(dtype=series.dtype, na_value=float("nan")) for name, series in frame.items()}

    def to_arrow(self, columns: Mapping[str, Any], schema: pa.Schema) -> pa.RecordBatch:
        """See Device."""
        xp = self.xp
        return _arrow_batch({name: xp.asnumpy(xp.asarray(values)) for name, values in columns.items()}, schema)

    def _top_k(self, queries: FloatArray, items: FloatArray, k: int) -> tuple[FloatArray, IndexArray]:
        search = self._faiss_search(items, k) or self._cupy_search(items, k)
        try:
            parts = in_halves(search, queries, self._release)
        except DeviceMemoryError as error:
            if not self.may_fall_back:
                raise
            log.warning("device auto: this search goes to the cpu: %s", error)
            return CpuDevice().top_k(queries, items, k)
        return np.concatenate([scores for scores, _ in parts]), np.concatenate([places for _, places in parts])

    def _faiss_search(self, items: FloatArray, k: int) -> Callable[[FloatArray], tuple[FloatArray, IndexArray]] | None:
        """A search by faiss-gpu, or None where faiss is missing, was built without a gpu, or k is above its 2,048."""
        if importlib.util.find_spec("faiss") is None:
            return None
        import faiss

        if not hasattr(faiss, "StandardGpuResources") or k > 2048:
            return None
        resources = faiss.StandardGpuResources()

        def search(rows: FloatArray) -> tuple[FloatArray, IndexArray]:
            scores, places = faiss.knn_gpu(resources, rows, items, k, metric=faiss.METRIC_INNER_PRODUCT)
            return scores, places

        return search

    def _cupy_search(self, items: FloatArray, k: int) -> Callable[[FloatArray], tuple[FloatArray, IndexArray]]:
        xp = self.xp

        def search(rows: FloatArray) -> tuple[FloatArray, IndexArray]:
            scores = xp.asarray(rows) @ xp.asarray(items).T
            best = xp.argpartition(-scores, k - 1, axis=1)[:, :k]
            best_scores = xp.take_along_axis(scores, best, axis=1)
            order = xp.argsort(-best_scores, axis=1)
            places = xp.take_along_axis(best, order, axis=1).astype(xp.int64)
            return xp.asnumpy(xp.take_along_axis(best_scores, order, axis=1)), xp.asnumpy(places)

        return search

    def _release(self) -> None:
        """Give cached device memory back before a smaller attempt."""
        self.xp.get_default_memory_pool().free_all_blocks()

    def describe(self) -> dict[str, str]:
        """See Device."""
        import cudf

        xp = self.xp
        card = xp.cuda.runtime.getDeviceProperties(xp.cuda.Device().id)["name"].decode()
        versions = {"cupy": xp.__version__, "cudf": cudf.__version__, "pyarrow": pa.__version__}
        if importlib.util.find_spec("faiss") is not None:
            versions["faiss"] = importlib.import_module("faiss").__version__
        return {"device": "gpu", "card": card, **versions}


def open_device(name: str) -> Device:
    """The device called `cpu`, `gpu` or `auto` (a usable gpu, else the cpu; the choice is logged)."""
    if name == "cpu":
        return CpuDevice()
    if name not in ("auto", "gpu"):
        raise DeviceUnavailable(f"device is {name!r}; use auto, cpu or gpu")
    missing = find_missing_for_gpu()
    if not missing:
        log.info("device %s: gpu", name)
        return GpuDevice(may_fall_back=name == "auto")
    if name == "gpu":
        cure = "Install requirements/gpu.txt on a machine with an NVIDIA card, or set device to cpu or auto"
        raise DeviceUnavailable(f"device gpu: {'; '.join(missing)} missing. {cure}")
    log.info("device auto: cpu (for gpu there is no %s)", ", no ".join(missing))
    return CpuDevice()


def find_missing_for_gpu() -> list[str]:
    """What the gpu would need and this machine does not have; empty when the gpu can be used."""
    missing = [module for module in GPU_MODULES if importlib.util.find_spec(module) is None]
    if missing:
        return missing
    runtime = importlib.import_module("cupy").cuda.runtime
    try:
        cards = runtime.getDeviceCount()
    except runtime.CUDARuntimeError as error:
        return [f"usable NVIDIA driver ({error})"]
    return [] if cards else ["visible NVIDIA card"]


def in_halves(work: Callable[[FloatArray], Part], rows: FloatArray, release: Callable[[], None]) -> list[Part]:
    """`work` on all `rows`; on out-of-memory on each half, and so on down to one row. Results in row order."""
    try:
        return [work(rows)]
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        if len(rows) <= 1:
            raise DeviceMemoryError(
                f"one row of {rows.shape[-1]} numbers does not fit into the device's memory: {error}. "
                "Search fewer items at a time, free the card, or set device to cpu"
            ) from error
        log.warning("device out of memory at %d rows; trying halves", len(rows))
    release()
    middle = len(rows) // 2
    return [*in_halves(work, rows[:middle], release), *in_halves(work, rows[middle:], release)]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a library means memory: cupy raises a MemoryError, faiss a RuntimeError that says so."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in said or "cudamalloc" in said


def _numeric(column: pa.Array | pa.ChunkedArray, field: pa.Field) -> pa.Array:
    """One Arrow column as floats, null as NaN."""
    joined = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_date32(field.type):
        joined = joined.cast(pa.int32())
    elif not (pa.types.is_boolean(field.type) or pa.types.is_integer(field.type) or pa.types.is_floating(field.type)):
        raise DeviceInputError(f"column {field.name} is {field.type}; encode it as numbers before it goes to a device")
    floats = joined if pa.types.is_float32(field.type) else joined.cast(pa.float64())
    return pc.fill_null(floats, pa.scalar(float("nan"), floats.type))


def _arrow_batch(columns: Mapping[str, npt.NDArray[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Host arrays as a batch of `schema`, NaN as null."""
    absent = [name for name in schema.names if name not in columns]
    if absent:
        raise DeviceInputError(f"columns {absent} are not among {sorted(columns)}; give every column of the schema")
    arrays = []
    for field in schema:
        values = columns[field.name]
        array = pa.array(values, from_pandas=True)
        if pa.types.is_date32(field.type):
            array = array.cast(pa.int32())
        elif pa.types.is_boolean(field.type) and not pa.types.is_boolean(array.type):
            array = array.cast(pa.int8())
        arrays.append(array.cast(field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
