"""The lesson as a workbook: each pupil with roll and answers."""

from tongke.core.spreadsheets import Column, Sheet, export_xlsx
from tongke.teaching.classroom.models import RollEntry, Session
from tongke.teaching.classroom.queries import live
from tongke.teaching.classroom.queries.summary import answers_by_pupil, question_rows
from tongke.teaching.timetable.models import Lesson


def workbook(lesson: Lesson, session: Session, known: set[int]) -> bytes:
    """One row per pupil the reader may know: class, name, roll, letters chosen in each question."""
    questions = question_rows(session)
    statuses = live.roll_statuses(lesson.pk)
    columns = [
        Column("教室", "room"),
        Column("班级", "class_name"),
        Column("姓名", "name"),
        Column("考勤", "status"),
        *(Column(f"随堂问{one.seq}", f"q{one.pk}") for one in questions),
        *(Column(f"随堂问{one.seq}方式", f"w{one.pk}") for one in questions),
    ]
    rows = []
    for room, pupil, name, given in answers_by_pupil(lesson, session, known):
        status = statuses.get(room.class_id, {}).get(pupil, "")
        row = {
            "room": room.name, "class_name": room.class_name, "name": name,
            "status": RollEntry.Status(status).label if status else "未点名",
        }  # fmt: skip
        for one in questions:
            answer = given.get(one.pk)
            row[f"q{one.pk}"] = answer.choice if answer else ""
            row[f"w{one.pk}"] = ("教师代录" if answer.entered else "学生设备") if answer else ""
        rows.append(row)
    sheet = Sheet("lesson-summary", "课堂记录", tuple(columns))
    meta = {
        f"随堂问{one.seq}": f"{one.stem} 正确答案 {one.answer or '（调查）'}" for one in questions
    }
    return export_xlsx(sheet, rows, title=f"课堂记录 {lesson.day} {lesson.course}", meta=meta)
