"""The deck of a lesson: upload, write, order, show."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tongke.core.errors import Refused
from tongke.core.web import serve_file
from tongke.foundation.people.web import AuthedRequest
from tongke.teaching.classroom import policy
from tongke.teaching.classroom.forms import SlideForm, UploadForm
from tongke.teaching.classroom.policy import Perm
from tongke.teaching.classroom.queries.decks import slides_of
from tongke.teaching.classroom.services import slides
from tongke.teaching.timetable.models import Lesson


def _page(
    request: AuthedRequest,
    lesson: Lesson,
    *,
    upload: UploadForm | None = None,
    text: SlideForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "lesson": lesson,
        "slides": slides_of(lesson),
        "upload": upload or UploadForm(),
        "text": text or SlideForm(),
    }
    return render(request, "classroom/deck.html", context, status=status)


@require_GET
def deck_edit(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """The slides of a lesson, to add, change and order."""
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.DECK_EDIT)
    return _page(request, lesson)


@require_POST
def deck_upload(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """Append PDF pages and pictures."""
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.DECK_EDIT)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, lesson, upload=form, status=422)
    files = [(file.name, file.read()) for file in form.cleaned_data["documents"]]
    try:
        count = slides.upload(lesson, files, by=request.actor, at=timezone.now())
    except Refused as refusal:
        form.add_error("documents", str(refusal))
        return _page(request, lesson, upload=form, status=409)
    messages.success(request, f"已加入 {count} 页。")
    return redirect("classroom:deck-edit", lesson.pk)


@require_POST
def slide_add(request: AuthedRequest, lesson_id: int) -> HttpResponse:
    """Append a slide of text."""
    lesson = policy.lesson_or_404(request.actor, lesson_id, Perm.DECK_EDIT)
    form = SlideForm(request.POST)
    if not form.is_valid():
        return _page(request, lesson, text=form, status=422)
    data = form.cleaned_data
    try:
        slides.add_text(lesson, data["heading"], data["lines"], by=request.actor, at=timezone.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, lesson, text=form, status=409)
    return redirect("classroom:deck-edit", lesson.pk)


def slide_edit(request: AuthedRequest, slide_id: int) -> HttpResponse:
    """Change the text of one slide."""
    slide = policy.slide_or_404(request.actor, slide_id, Perm.DECK_EDIT)
    first = {"heading": slide.heading, "lines": "\n".join(slide.lines)}
    form = SlideForm(request.POST or None, initial=first)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                slides.write_text(
                    slide, data["heading"], data["lines"], by=request.actor, at=timezone.now()
                )
                return redirect("classroom:deck-edit", slide.deck.lesson_id)
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = 409
    context = {"slide": slide, "lesson": slide.deck.lesson, "form": form}
    return render(request, "classroom/slide.html", context, status=status)


@require_POST
def slide_move(request: AuthedRequest, slide_id: int, to: int) -> HttpResponse:
    """Put a slide at another position."""
    slide = policy.slide_or_404(request.actor, slide_id, Perm.DECK_EDIT)
    slides.move(slide, to, by=request.actor, at=timezone.now())
    return redirect("classroom:deck-edit", slide.deck.lesson_id)


@require_POST
def slide_remove(request: AuthedRequest, slide_id: int) -> HttpResponse:
    """Take a slide out."""
    slide = policy.slide_or_404(request.actor, slide_id, Perm.DECK_EDIT)
    lesson_id = slide.deck.lesson_id
    slides.remove(slide, by=request.actor, at=timezone.now())
    return redirect("classroom:deck-edit", lesson_id)


@require_GET
def slide_picture(request: AuthedRequest, slide_id: int) -> HttpResponseBase:
    """The picture of a slide, for everybody who has a seat in the lesson."""
    slide = policy.slide_or_404(request.actor, slide_id, Perm.DECK_READ)
    if slide.image is None:
        return HttpResponse(status=404)
    return serve_file(request, slide.image)
