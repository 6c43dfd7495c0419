"""Composing a letter: every heading of the agreement, filled from what happened.

Letters go to Dutch practices and hospitals, so they are written in Dutch whatever language the writer's screen has.
Everything here is a proposal: who signs reads it, changes it, and answers for it.
"""

from .compose import Composed, compose, plain_text, up_to_date, with_danger

__all__ = ["Composed", "compose", "plain_text", "up_to_date", "with_danger"]
