"""The whole learning curve as a table: every row, with the columns of `hamlet.learning.metrics`.

arro3 (docs/decisions/parquet.md) is imported where it is used: who is never asked for Parquet does not carry it.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from hamlet.learning.metrics import COLUMNS
from lab.runs.models import MetricRow

CHUNK = 5000
"""rows in memory at a time, and in a row group of a Parquet file"""


def metrics_csv(run_id: UUID) -> bytes:
    """The columns' names on top; what was not measured is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(run_id))
    return text.getvalue().encode()


def metrics_parquet(run_id: UUID) -> bytes:
    """Steps and episodes are int64, the stage is int16, all others float64; what was not measured is null."""
    from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
    from arro3.io import write_parquet

    types = {
        "BigIntegerField": DataType.int64(),
        "PositiveSmallIntegerField": DataType.int16(),
        "FloatField": DataType.float64(),
    }
    kept = [MetricRow._meta.get_field(name) for name in COLUMNS]
    schema = Schema([Field(one.name, types[one.get_internal_type()], nullable=one.null) for one in kept])

    def batches() -> Iterator[RecordBatch]:
        rows = _rows(run_id)
        while chunk := list(islice(rows, CHUNK)):
            columns = zip(schema, zip(*chunk, strict=True), strict=True)
            yield RecordBatch.from_arrays([Array(values, field.type) for field, values in columns], schema=schema)

    file = io.BytesIO()
    write_parquet(
        RecordBatchReader.from_batches(schema, batches()), file, compression="snappy", max_row_group_size=CHUNK
    )
    return file.getvalue()


def _rows(run_id: UUID) -> Iterator[tuple[Any, ...]]:
    rows = MetricRow.objects.filter(run_id=run_id).order_by("iteration")
    return rows.values_list(*COLUMNS).iterator(CHUNK)
