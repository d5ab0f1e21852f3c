"""Spreadsheets in and out: one declaration for template, import, report and export.

    ROSTER = Sheet("roster", "学生名册", (
        Column("姓名", "name", required=True, example="示例甲"),
        Column("学籍号", "code", "code", required=True, unique=True, aliases=("学号",)),
        Column("性别", "sex", "choice", choices={"1": "男", "2": "女"}),
        Column("出生日期", "born", "date"),
    ))
    table = read(upload, upload.name, ROSTER)      # never raises for a bad file
    body = export_xlsx(ROSTER, rows)               # read(body) gives the rows back

Nouns: column, sheet, table, plan, change, journal, run. Verbs: read, export, plan, commit, undo.
It must never know what a row means: an `Importer` of the package that owns the rows plans and
writes them; `runs` keeps the dry run, the report and the journal; `views.import_views` shows them.
"""

from tongke.core.spreadsheets.reading import read
from tongke.core.spreadsheets.sheet import Column, Kind, Limits, Row, Sheet, Table
from tongke.core.spreadsheets.writing import export_csv, export_xlsx, template_xlsx

__all__ = [
    "Column",
    "Kind",
    "Limits",
    "Row",
    "Sheet",
    "Table",
    "export_csv",
    "export_xlsx",
    "read",
    "template_xlsx",
]
