"""Tables of course choice for analytics: one row per seat, with both schools (I-17, I-19)."""

from collections.abc import Iterator

from django.utils import timezone

from tongke.core.extracts import Column, Extract
from tongke.teaching.electives.models import Round, Seat
from tongke.teaching.electives.queries.times import homes


def _rows() -> Iterator[tuple[object, ...]]:
    rows = list(
        Seat.objects.filter(
            state=Seat.State.SEATED, round__state__in=Round.TOLD
        ).values_list(
            "section__offer__term__code", "section", "section__offer", "section__offer__school",
            "section__offer__form", "section__offer__reach", "pupil",
        )
    )  # fmt: skip
    places = homes({row[-1] for row in rows}, timezone.localdate())
    for *row, pupil in rows:
        home = places.get(pupil)
        if home is not None:
            yield (*row, home.school_class.school_id)


SEATS = Extract(
    name="elective_seats",
    doc="每个已录取的选课名额一行：课程、开课学校、学生所在学校；不含学生。",
    columns=(
        Column("term", "text", "学期代码"),
        Column("section_id", "int", "教学班编号"),
        Column("offer_id", "int", "课程编号"),
        Column("school_id", "int", "开课学校编号"),
        Column("form", "text", "online 线上融合，offline 到校上课"),
        Column("reach", "text", "region 面向各校，school 只面向本校"),
        Column("home_school_id", "int", "学生所在学校编号"),
    ),
    rows=_rows,
)

EXTRACTS = (SEATS,)
