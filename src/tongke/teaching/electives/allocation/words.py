"""Reasons in the words that pupils and parents read."""

from collections.abc import Mapping

from tongke.teaching.electives.allocation.model import Course, Reason


def sentence(rank: int, reason: Reason, course: Course, names: Mapping[str, str]) -> str:
    """One choice's outcome in a sentence.

    Args:
        rank: which choice it was, from 1.
        names: titles of courses by key.

    Example:
        >>> sentence(1, Reason("full", turn=41, wanted=58), Course("c", 30), {})
        '第 1 志愿满员：名额 30，58 人选报，您的顺序 41。'
    """
    other = names.get(reason.other, "另一门课")
    seats = f"名额 {course.seats}"
    if course.reserved:
        seats += f"（其中本校预留 {course.reserved}）"
    line = f"{seats}，{reason.wanted} 人选报，您的顺序 {reason.turn}"
    match reason.kind:
        case "seated":
            return f"第 {rank} 志愿录取：{line}。"
        case "full":
            return f"第 {rank} 志愿满员：{line}。"
        case "reserved":
            return f"第 {rank} 志愿公开名额已满，余下名额为开课学校预留：{line}。"
        case "clash":
            return f"第 {rank} 志愿与已录取的“{other}”时间冲突。"
        case "busy":
            return f"第 {rank} 志愿与本班课表时间冲突。"
        case "group":
            return f"第 {rank} 志愿与已录取的“{other}”同属一类，只能取一门。"
        case "enough":
            return f"第 {rank} 志愿没有用到：志愿靠前的课程已经录取满额。"
        case _:
            return f"第 {rank} 志愿的课程已经停开。"
