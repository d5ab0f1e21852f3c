"""What the timetable adds to the pages of packages below it."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from tongke.engines.communities.models import Community
from tongke.teaching.timetable import policy
from tongke.teaching.timetable.models import Course
from tongke.teaching.timetable.policy import Perm
from tongke.teaching.timetable.queries.courses import course_rows


def courses_of(request: HttpRequest, community: Community) -> SafeString | None:
    """The joint courses of a consortium that this reader may see."""
    rows = policy.courses(request.actor, Perm.COURSE_READ)  # type: ignore[attr-defined]
    mine = course_rows(rows.filter(community=community).exclude(state=Course.State.WITHDRAWN))
    context = {"community": community, "courses": list(mine.order_by("-created_at")[:20])}
    return render_to_string("timetable/parts/community_courses.html", context, request)
