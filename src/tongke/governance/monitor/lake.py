"""The lake: extracts written as Parquet, read with Ibis on DuckDB.

Ibis and DuckDB are imported inside the functions: they cost a second, and only the worker and
the drill-down pages need them.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from tongke.core.extracts import Extract
from tongke.teaching.classroom import extracts as classroom
from tongke.teaching.timetable import extracts as timetable

EXTRACTS: tuple[Extract, ...] = (*timetable.EXTRACTS, *classroom.EXTRACTS)
_BATCH = 20_000


def root() -> Path:
    """The lake's folder."""
    return Path(settings.VAR_DIR) / "lake"


def _schema(extract: Extract) -> Any:
    import pyarrow as pa

    kinds = {
        "int": pa.int64(), "float": pa.float64(), "text": pa.string(), "bool": pa.bool_(),
        "date": pa.date32(), "datetime": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    return pa.schema([(column.name, kinds[column.kind]) for column in extract.columns])


def _batches(rows: Iterable[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    source = iter(rows)
    while part := list(islice(source, _BATCH)):
        yield part


def write(extract: Extract, folder: Path) -> int:
    """Write one extract to ``folder/<name>.parquet``; returns the number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, count = _schema(extract), 0
    names = schema.names
    with pq.ParquetWriter(folder / f"{extract.name}.parquet", schema) as writer:
        for part in _batches(extract.rows()):
            columns = list(zip(*part, strict=True))
            arrays = [
                pa.array(column, type=schema.field(name).type)
                for name, column in zip(names, columns, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(part)
    return count


@contextmanager
def tables(folder: Path) -> Iterator[dict[str, Any]]:
    """Every extract of one snapshot as an Ibis table on an in-memory DuckDB, closed afterwards.

    Raises:
        FileNotFoundError: the snapshot's files are gone.
    """
    import ibis

    paths = {extract.name: folder / f"{extract.name}.parquet" for extract in EXTRACTS}
    for path in paths.values():
        if not path.exists():
            raise FileNotFoundError(path)
    connection = ibis.duckdb.connect()
    try:
        yield {name: connection.read_parquet(path) for name, path in paths.items()}
    finally:
        connection.disconnect()
