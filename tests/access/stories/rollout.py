"""The point says that it teaches AI, with a file that shows it."""

import io
from datetime import datetime

from tongke.core.files import store
from tongke.foundation.curriculum.models import Grade
from tongke.teaching.timetable.services import rollout
from tongke.teaching.timetable.services.rollout import Report
from tongke.teaching.timetable.tests.make import Scene


def tell(scene: Scene, now: datetime) -> None:
    """One report of the point's head."""
    cast = scene.cast
    body = io.BytesIO(b"%PDF-1.4\n%%EOF\n")
    said = Report(
        course="ai", grade=Grade.objects.get(pk="15"), periods=1, trained=True,
        teacher=cast.deer_assistant.person, equipment="平板 10 台",
        evidence=store(body, "课表.pdf", by=cast.deer_head.account, kinds=("pdf",)),
    )  # fmt: skip
    rollout.report(scene.term, cast.deer_bay, said, by=cast.deer_head, at=now)
