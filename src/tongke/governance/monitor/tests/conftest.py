"""The cast of people's tests, and officers who sign in without a phone."""

from tongke.foundation.people.tests.conftest import cast, no_phone

__all__ = ["cast", "no_phone"]
