"""Addresses of classroom."""

from django.urls import URLPattern, URLResolver, path

from tongke.teaching.classroom.views import decks, live, protocol, summary

app_name = "classroom"
urlpatterns: list[URLPattern | URLResolver] = [
    path("lessons/<int:lesson_id>/", live.lesson_enter, name="lesson-enter"),
    path("lessons/<int:lesson_id>/host/", live.lesson_host, name="lesson-host"),
    path("lessons/<int:lesson_id>/room/", live.lesson_room, name="lesson-room"),
    path("lessons/<int:lesson_id>/pupil/", live.lesson_pupil, name="lesson-pupil"),
    path("lessons/<int:lesson_id>/watch/", live.lesson_watch, name="lesson-watch"),
    path("lessons/<int:lesson_id>/check/", live.lesson_check, name="lesson-check"),
    path("lessons/<int:lesson_id>/start/", live.lesson_start, name="lesson-start"),
    path("lessons/<int:lesson_id>/end/", live.lesson_end, name="lesson-end"),
    path("lessons/<int:lesson_id>/media/", live.media_token, name="media-token"),
    path("lessons/<int:lesson_id>/answer/", live.answer_send, name="answer-send"),
    path("lessons/<int:lesson_id>/deck/", decks.deck_edit, name="deck-edit"),
    path("lessons/<int:lesson_id>/deck/upload/", decks.deck_upload, name="deck-upload"),
    path("lessons/<int:lesson_id>/deck/text/", decks.slide_add, name="slide-add"),
    path("slides/<int:slide_id>/", decks.slide_edit, name="slide-edit"),
    path("slides/<int:slide_id>/move/<int:to>/", decks.slide_move, name="slide-move"),
    path("slides/<int:slide_id>/remove/", decks.slide_remove, name="slide-remove"),
    path("slides/<int:slide_id>/picture/", decks.slide_picture, name="slide-picture"),
    path("lessons/<int:lesson_id>/protocol/", protocol.protocol_page, name="protocol"),
    path("duties/", protocol.protocol_list, name="protocol-list"),
    path("duties/<int:item_id>/tick/", protocol.duty_tick, name="duty-tick"),
    path("duties/<int:item_id>/untick/", protocol.duty_untick, name="duty-untick"),
    path("duties/<int:item_id>/evidence/", protocol.duty_evidence, name="duty-evidence"),
    path("lessons/<int:lesson_id>/summary/", summary.lesson_summary, name="lesson-summary"),
    path("lessons/<int:lesson_id>/summary.xlsx", summary.lesson_export, name="lesson-export"),
]
