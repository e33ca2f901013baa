"""The device seam: what it gives on the cpu, and how the gpu's memory fallback behaves without a gpu."""

from __future__ import annotations

import datetime
import importlib.util
import pickle
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from lake.device import (
    CpuDevice,
    DeviceInputError,
    DeviceMemoryError,
    DeviceUnavailable,
    FloatArray,
    GpuDevice,
    IndexArray,
    in_halves,
    is_out_of_memory,
    open_device,
)

Search = Callable[[FloatArray], tuple[FloatArray, IndexArray]]
has_gpu_libraries = importlib.util.find_spec("cupy") is not None


def test_cpu_is_opened_by_name() -> None:
    assert open_device("cpu") == CpuDevice()


def test_unknown_device_is_refused() -> None:
    with pytest.raises(DeviceUnavailable, match="use auto, cpu or gpu"):
        open_device("tpu")


@pytest.mark.skipif(has_gpu_libraries, reason="this machine has cupy; the error is for machines without it")
def test_gpu_asked_for_and_absent_names_what_is_missing() -> None:
    with pytest.raises(DeviceUnavailable, match=r"cupy; cudf missing.*requirements/gpu.txt"):
        open_device("gpu")


@pytest.mark.case("P18")
@pytest.mark.skipif(has_gpu_libraries, reason="this machine has cupy; auto may take the gpu")
def test_auto_takes_the_cpu_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="lake.device"):
        assert open_device("auto").name == "cpu"
    assert "device auto: cpu (for gpu there is no cupy" in caplog.text


@pytest.mark.parametrize("device", [CpuDevice(), GpuDevice()])
def test_device_travels_in_a_pickled_closure(device: CpuDevice | GpuDevice) -> None:
    assert pickle.loads(pickle.dumps(device)) == device  # noqa: S301 - our own bytes


def test_describe_names_what_runs() -> None:
    assert CpuDevice().describe()["device"] == "cpu"
    assert set(CpuDevice().describe()) == {"device", "numpy", "faiss", "pyarrow"}


def test_null_number_becomes_nan() -> None:
    columns = CpuDevice().columns(pa.record_batch({"months": pa.array([12, None], pa.int32())}))
    np.testing.assert_array_equal(columns["months"], [12.0, np.nan])


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([True, None, False], pa.bool_(), [1.0, np.nan, 0.0]),
        ([datetime.date(1970, 1, 3), None], pa.date32(), [2.0, np.nan]),
        ([1.5, None], pa.float64(), [1.5, np.nan]),
    ],
)
def test_column_kinds_become_floats(values: list[object], kind: pa.DataType, expected: list[float]) -> None:
    columns = CpuDevice().columns(pa.record_batch({"x": pa.array(values, kind)}))
    np.testing.assert_array_equal(columns["x"], expected)


def test_text_must_be_encoded_first() -> None:
    with pytest.raises(DeviceInputError, match="column code is string"):
        CpuDevice().columns(pa.record_batch({"code": ["11"]}))


def test_columns_and_back_keep_nulls_and_types() -> None:
    schema = pa.schema([("n", pa.int32()), ("x", pa.float64()), ("day", pa.date32()), ("flag", pa.bool_())])
    day = datetime.date(2026, 1, 6)
    batch = pa.record_batch([[1, None], [None, 0.5], [day, None], [True, None]], schema=schema)
    assert CpuDevice().to_arrow(CpuDevice().columns(batch), schema).equals(batch)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DeviceInputError, match=r"columns \['x'\]"):
        CpuDevice().to_arrow({"y": np.zeros(1)}, pa.schema([("x", pa.float64())]))


def test_top_k_is_the_exact_order_by_inner_product() -> None:
    queries = np.array([[1, 0], [0, 1]], np.float32)
    items = np.array([[0.1, 0.9], [0.5, 0.5], [0.9, 0.1]], np.float32)
    scores, places = CpuDevice().top_k(queries, items, 2)
    np.testing.assert_array_equal(places, [[2, 1], [0, 1]])
    np.testing.assert_allclose(scores, [[0.9, 0.5], [0.9, 0.5]], rtol=1e-6)


def test_top_k_of_nobody_is_empty() -> None:
    scores, places = CpuDevice().top_k(np.empty((0, 2), np.float32), np.eye(2, dtype=np.float32), 2)
    assert (scores.shape, places.shape) == ((0, 2), (0, 2))


@pytest.mark.parametrize("k", [0, 3])
def test_top_k_refuses_an_impossible_k(k: int) -> None:
    with pytest.raises(DeviceInputError, match="between 1 and the 2 items"):
        CpuDevice().top_k(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32), k)


def test_top_k_refuses_unlike_widths() -> None:
    with pytest.raises(DeviceInputError, match="must be"):
        CpuDevice().top_k(np.eye(2, dtype=np.float32), np.eye(3, dtype=np.float32), 1)


def doubling_with_room_for(rows_at_most: int, seen: list[int]) -> Callable[[FloatArray], FloatArray]:
    """A piece of gpu work that runs out of memory above `rows_at_most` rows."""

    def work(rows: FloatArray) -> FloatArray:
        seen.append(len(rows))
        if len(rows) > rows_at_most:
            raise MemoryError("out of memory")
        return rows * 2

    return work


def test_out_of_memory_halves_the_rows_until_they_fit() -> None:
    rows = np.arange(8, dtype=np.float32).reshape(8, 1)
    seen: list[int] = []
    released: list[int] = []
    parts = in_halves(doubling_with_room_for(2, seen), rows, lambda: released.append(1))
    np.testing.assert_array_equal(np.concatenate(parts), rows * 2)
    assert (seen, len(released)) == ([8, 4, 2, 2, 4, 2, 2], 3)


def test_a_single_row_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(DeviceMemoryError, match="set device to cpu"):
        in_halves(doubling_with_room_for(0, []), np.zeros((2, 1), np.float32), lambda: None)


class SmallCard(GpuDevice):
    """A card whose memory holds a search for `room` queries: the search itself is the processor's."""

    room = 2

    def _faiss_search(self, items: FloatArray, k: int) -> Search:
        def search(rows: FloatArray) -> tuple[FloatArray, IndexArray]:
            if len(rows) > self.room:
                raise MemoryError("out of memory")
            return CpuDevice().top_k(rows, items, k)

        return search

    def _release(self) -> None:
        """There is nothing to give back."""


class FullCard(SmallCard):
    """A card with no room at all."""

    room = 0


@pytest.mark.case("P18")
@pytest.mark.parametrize(
    ("device", "said"),
    [
        (SmallCard(), ["8 rows; trying halves", "4 rows; trying halves", "4 rows; trying halves"]),
        (FullCard(may_fall_back=True), ["8 rows", "4 rows", "2 rows", "device auto: this search goes to the cpu"]),
    ],
    ids=["smaller batches", "the processor"],
)
def test_a_card_without_memory_makes_smaller_batches_and_then_asks_the_processor(
    device: GpuDevice, said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    queries, items = (np.arange(rows * 3, dtype=np.float32).reshape(rows, 3) % 7 for rows in (8, 5))
    found, expected = device.top_k(queries, items, 2), CpuDevice().top_k(queries, items, 2)
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-6)
    assert len(caplog.messages) == len(said)
    for message, words in zip(caplog.messages, said, strict=True):
        assert words in message


@pytest.mark.case("P18")
def test_a_card_that_was_asked_for_by_name_does_not_fall_back_silently() -> None:
    with pytest.raises(DeviceMemoryError, match="set device to cpu"):
        FullCard().top_k(np.ones((2, 3), np.float32), np.ones((4, 3), np.float32), 1)


def test_another_error_is_not_taken_for_memory() -> None:
    def work(rows: FloatArray) -> FloatArray:
        raise RuntimeError("illegal address")

    with pytest.raises(RuntimeError, match="illegal address"):
        in_halves(work, np.zeros((2, 1), np.float32), lambda: None)


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (MemoryError(), True),
        (RuntimeError("Error: 'err == cudaSuccess' failed: out of memory"), True),
        (RuntimeError("illegal address"), False),
    ],
)
def test_memory_errors_are_recognised(error: Exception, is_memory: bool) -> None:
    assert is_out_of_memory(error) is is_memory
