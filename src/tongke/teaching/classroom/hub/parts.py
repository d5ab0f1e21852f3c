"""The parts of a live lesson as each kind of seat may see them. Pure: facts in, JSON values out.

What a seat may not see never leaves this module: rooms and pupils learn how many have answered,
not who chose what, and the right answer only once it is revealed; words between teachers reach
teachers; a roll reaches the room it belongs to.
"""

from typing import Any

from tongke.teaching.classroom.facts import SlideInfo
from tongke.teaching.classroom.hub import asked
from tongke.teaching.classroom.hub.scene import Net, Picture, Presence, ms
from tongke.teaching.classroom.seats import Seat, SeatKind
from tongke.teaching.classroom.tally import Tally, count

_LOG_KINDS = frozenset(
    {"opened", "started", "ended", "roll", "spoke", "asked", "closed", "revealed", "cards", "net",
     "help"}
)  # fmt: skip
_LOG_MOST = 40
_CHAT_MOST = 60

Parts = dict[str, Any]


def audience(seat: Seat) -> str:
    """Seats that see the same: all pupils of a class, each room, hosts, observers."""
    match seat.kind:
        case SeatKind.ROOM:
            return f"room:{seat.class_id}"
        case SeatKind.PUPIL:
            return "pupil"
        case kind:
            return kind.value


def parts_for(who: str, picture: Picture, presence: Presence, least_right: float) -> Parts:
    """Everything an audience sees, by part.

    Args:
        least_right: mean share of right answers below which the host is advised to explain again.
    """
    tally = count(picture.question, picture.lesson.rooms) if picture.question else None
    parts: Parts = {
        "session": _session(picture),
        "cue": _cue(picture),
        "hostOnline": presence.host is not None,
    }
    kind, _, rest = who.partition(":")
    match kind:
        case "host":
            parts |= _whole_lesson(picture, presence, tally, least_right)
            parts |= _teachers_only(picture, "host", host_class(picture), presence)
        case "observer":
            parts |= _whole_lesson(picture, presence, tally, least_right)
            # Observers answer for lessons, not for children: they learn no names.
            parts["hands"] = [hand | {"person": None, "name": ""} for hand in parts["hands"]]
        case "room":
            class_id = int(rest)
            parts |= _room_only(picture, presence, tally, class_id)
            parts |= _teachers_only(picture, "listening", class_id, presence)
        case _:
            parts["slide"] = _slide_now(picture)
            parts["question"] = asked.question(picture, knows=False)
    return parts


def host_class(picture: Picture) -> int | None:
    """The delivering class of a lesson; None when the host teaches no class of the own."""
    return next((room.class_id for room in picture.lesson.rooms if room.is_host), None)


def _room_only(picture: Picture, presence: Presence, tally: Tally | None, class_id: int) -> Parts:
    return {
        "deck": _deck(picture),
        "rooms": _rooms(picture, presence, tally),
        "question": asked.question(picture, knows=False),
        "tally": asked.tally_for_room(picture, tally),
        "hands": [hand for hand in hands(picture) if hand["class"] == class_id],
    }


def _whole_lesson(
    picture: Picture, presence: Presence, tally: Tally | None, least_right: float
) -> Parts:
    return {
        "deck": _deck(picture),
        "rooms": _rooms(picture, presence, tally),
        "question": asked.question(picture, knows=True),
        "tally": asked.tally_for_host(tally),
        "hands": hands(picture),
        "hint": asked.hint(picture, tally, least_right),
        "past": [
            {"seq": one.seq, "stem": one.stem, "answered": one.answered, "right": one.right}
            for one in picture.past
        ],
        "log": _log(picture),
    }


def _teachers_only(picture: Picture, side: str, class_id: int | None, presence: Presence) -> Parts:
    return {
        "roster": _roster(picture, class_id, presence),
        "duties": _duties(picture, side, class_id),
        "chat": _chat(picture),
    }


def _session(picture: Picture) -> Parts:
    now = picture.session
    return {
        "state": now.state if now else "planned",
        "slide": now.slide_no if now else 1,
        "codec": now.codec if now else "",
        "openedAt": ms(now.opened_at) if now else None,
        "startedAt": ms(now.started_at) if now else None,
        "endedAt": ms(now.ended_at) if now else None,
        "startsAt": ms(picture.lesson.starts_at),
        "endsAt": ms(picture.lesson.ends_at),
    }


def _slide(slide: SlideInfo) -> Parts:
    return {
        "no": slide.seq,
        "heading": slide.heading,
        "lines": list(slide.lines),
        "image": slide.image,
    }


def _deck(picture: Picture) -> list[Parts]:
    return [_slide(slide) for slide in picture.slides]


def _slide_now(picture: Picture) -> Parts | None:
    number = picture.session.slide_no if picture.session else 1
    return next((_slide(slide) for slide in picture.slides if slide.seq == number), None)


def _rooms(picture: Picture, presence: Presence, tally: Tally | None) -> list[Parts]:
    spoke = {event.class_id for event in picture.events if event.kind == "spoke"}
    raised = hands(picture)
    return [
        {
            "id": room.class_id,
            "name": room.name,
            "className": room.class_name,
            "host": room.is_host,
            "assistant": room.assistant,
            "enrolled": len(room.pupils),
            "devices": len(presence.pupils.get(room.class_id, ())),
            "online": ms(presence.host if room.is_host else presence.rooms.get(room.class_id)),
            "gone": ms(presence.gone.get(room.class_id)),
            "net": _net(presence.nets.get(room.class_id)),
            "roll": _roll_counts(picture, room.class_id),
            "hands": sum(hand["class"] == room.class_id for hand in raised),
            "spoke": room.class_id in spoke,
            "answered": tally.rooms[room.class_id].answered if tally else 0,
        }
        for room in picture.lesson.rooms
    ]


def _net(net: Net | None) -> Parts | None:
    if net is None:
        return None
    return {"mode": net.mode, "kbps": net.kbps, "loss": net.loss, "rtt": net.rtt}


def _roll_counts(picture: Picture, class_id: int) -> dict[str, int] | None:
    statuses = picture.roll.get(class_id)
    if statuses is None:
        return None
    counts = dict.fromkeys(("present", "absent", "leave", "late"), 0)
    for status in statuses.values():
        counts[status] += 1
    return counts


def hands(picture: Picture) -> list[Parts]:
    """Raised hands in the order they went up; giving a room the floor takes its hands down."""
    up: dict[tuple[int | None, int | None], Parts] = {}
    for event in picture.events:
        # A room's hand goes up under no name; a pupil's under the pupil's.
        person = event.person_id if event.text else None
        place = (event.class_id, person)
        if event.kind == "hand_up":
            up.setdefault(
                place,
                {"class": event.class_id, "person": person, "name": event.text, "at": ms(event.at)},
            )
        elif event.kind == "hand_down":
            up.pop(place, None)
        elif event.kind == "spoke":
            for key in [key for key in up if key[0] == event.class_id]:
                del up[key]
    return list(up.values())


def _cue(picture: Picture) -> Parts:
    """What the host asks of the rooms now: who has the floor, microphones off."""
    floor, muted = None, False
    for event in picture.events:
        if event.kind == "spoke":
            floor = event.class_id
        elif event.kind == "muted":
            muted = event.text == "on"
    return {"floor": floor, "muted": muted}


def _roster(picture: Picture, class_id: int | None, presence: Presence) -> list[Parts]:
    room = next((room for room in picture.lesson.rooms if room.class_id == class_id), None)
    if room is None:
        return []
    statuses = picture.roll.get(room.class_id, {})
    question = picture.question
    done = {answer.pupil_id for answer in question.answers} if question else set()
    linked = presence.pupils.get(room.class_id, set())
    return [
        {
            "id": pupil.id,
            "name": pupil.name,
            "seat": pupil.seat,
            "status": statuses.get(pupil.id, ""),
            "done": pupil.id in done,
            "linked": pupil.id in linked,
        }
        for pupil in room.pupils
    ]


def _duties(picture: Picture, side: str, class_id: int | None) -> list[Parts]:
    return [
        {
            "id": duty.id,
            "link": duty.link,
            "text": duty.text,
            "automatic": duty.automatic,
            "dueAt": ms(duty.due_at),
            "done": duty.done_at is not None,
        }
        for duty in picture.duties
        if duty.side == side and (side == "host" or duty.class_id == class_id)
    ]


def _chat(picture: Picture) -> list[Parts]:
    return [
        {"id": event.id, "at": ms(event.at), "from": event.person, "person": event.person_id,
         "class": event.class_id, "text": event.text}
        for event in picture.events
        if event.kind == "chat"
    ][-_CHAT_MOST:]  # fmt: skip


def _log(picture: Picture) -> list[Parts]:
    return [
        {"at": ms(event.at), "kind": event.kind, "class": event.class_id, "text": event.text}
        for event in picture.events
        if event.kind in _LOG_KINDS
    ][-_LOG_MOST:]


def mine(picture: Picture) -> dict[int, Parts]:
    """What single pupils see of themselves, by pupil: the stored answer, the raised hand."""
    question = picture.question
    found: dict[int, Parts] = {}
    for answer in question.answers if question else ():
        found[answer.pupil_id] = {"choice": answer.choice, "hand": False}
    for hand in hands(picture):
        if hand["person"] is not None:
            found.setdefault(hand["person"], {"choice": "", "hand": True})["hand"] = True
    return found
