"""The question in play as the seats see it: what is asked, what is counted, what to do. Pure."""

from typing import Any

from tongke.teaching.classroom.hub.scene import Picture, ms
from tongke.teaching.classroom.tally import Tally

Parts = dict[str, Any]


def question(picture: Picture, *, knows: bool) -> Parts | None:
    """The question in play; `knows` for those who may see its answer before the reveal."""
    one = picture.question
    if one is None:
        return None
    shown = one.state == "revealed"
    return {
        "id": one.id,
        "seq": one.seq,
        "kind": one.kind,
        "stem": one.stem,
        "options": list(one.options),
        "state": one.state,
        "openedAt": ms(one.opened_at),
        "closesAt": ms(one.closes_at),
        "keyPoint": one.key_point if knows else "",
        "answer": one.answer if knows or shown else "",
        "survey": not one.answer and (knows or shown),
    }


def tally_for_host(tally: Tally | None) -> Parts | None:
    """Everything counted: by option and room, with the shares of right answers."""
    if tally is None:
        return None
    return {
        "question": tally.question_id,
        "answered": tally.answered,
        "enrolled": tally.enrolled,
        "right": tally.right,
        "choices": {
            letter: {"total": sum(by_room.values()), "rooms": by_room}
            for letter, by_room in tally.choices.items()
        },
        "rooms": {
            class_id: {
                "answered": one.answered, "enrolled": one.enrolled, "right": one.right,
                "way": one.way,
            }
            for class_id, one in tally.rooms.items()
        },
    }  # fmt: skip


def tally_for_room(picture: Picture, tally: Tally | None) -> Parts | None:
    """Counts of answers only; what was chosen, in sum over all rooms, after the reveal."""
    if tally is None:
        return None
    shown = picture.question is not None and picture.question.state == "revealed"
    totals = {letter: sum(rooms.values()) for letter, rooms in tally.choices.items()}
    return {
        "question": tally.question_id,
        "answered": tally.answered,
        "enrolled": tally.enrolled,
        "rooms": {
            class_id: {"answered": one.answered, "enrolled": one.enrolled}
            for class_id, one in tally.rooms.items()
        },
        "choices": totals if shown else None,
    }


def hint(picture: Picture, tally: Tally | None, least: float) -> Parts | None:
    """Advice after a question: explain again where too few were right."""
    question = picture.question
    if question is None or tally is None or question.state == "open" or tally.right is None:
        return None
    weak = [
        room.name
        for room in picture.lesson.rooms
        if (share := tally.rooms[room.class_id].right) is not None and share < least
    ]
    if tally.right < least:
        return {"text": f"答对 {tally.right:.0%}，建议再讲一遍。", "rooms": weak}
    if weak:
        return {"text": f"{'、'.join(weak)}答对的较少，建议再讲一遍。", "rooms": weak}
    return None
