"""Typed requests: who is signed in and as what."""

from django.http import HttpRequest

from tongke.foundation.people.actors import Actor
from tongke.foundation.people.models import Account


class AuthedRequest(HttpRequest):
    """A request behind the sign-in: the middleware has set the account and the actor."""

    user: Account
    actor: Actor
