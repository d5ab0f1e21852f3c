"""Forms of rooms."""

from decimal import Decimal
from typing import Any

from django import forms

from tongke.foundation.campus import policy
from tongke.foundation.campus.policy import Perm
from tongke.foundation.campus.queries import KINDS
from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Organisation


class RoomForm(forms.Form):
    """What may be said about a room."""

    name = forms.CharField(label="名称", max_length=40)
    kind = forms.ChoiceField(label="类型", choices=KINDS)
    seats = forms.IntegerField(label="座位数", min_value=1, max_value=2000, initial=40)
    line_mbps = forms.DecimalField(
        label="上行带宽 Mbit/s", min_value=Decimal(0), max_digits=6, decimal_places=1, initial=0,
        help_text="按平时上课时段实测的上行速度填，不是合同带宽。",
    )  # fmt: skip
    screen = forms.CharField(label="显示设备", max_length=40, required=False)
    can_deliver = forms.BooleanField(
        label="可主讲", required=False, help_text="摄像、拾音和大屏齐全，能把课送出去。"
    )
    can_listen = forms.BooleanField(
        label="可听讲", required=False, help_text="有大屏、摄像头和话筒，能跟着上课。"
    )


class NewRoomForm(RoomForm):
    """A room to add, at one of the actor's schools."""

    school = forms.ModelChoiceField(label="学校", queryset=Organisation.objects.none())
    field_order = ("school",)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        """Schools whose rooms the actor keeps."""
        super().__init__(*args, **kwargs)
        school = self.fields["school"]
        assert isinstance(school, forms.ModelChoiceField)
        school.queryset = policy.schools(actor, Perm.ROOM_EDIT)
        school.initial = actor.organisation.pk
