"""Who hears: from the words of a law and of a ladder to the names on a letter, and from such a name to unit and post.

A word is a role (``lead``), or a post with those who have a role (``unit_head of lead``); the name on the letter is
then the unit's with the post behind it, as an office would write it: 甲局(主要负责人).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from supervise.people import POSTS
from supervise.records import PARTIES

Parties = Callable[[str], Sequence[str]]


def post_and_role(word: str) -> tuple[str, str]:
    """The post that a word names, empty if none, and the role."""
    post, of, role = word.partition(" of ")
    return (post, role) if of else ("", word)


def hearers(words: Sequence[str], labels: Mapping[str, str]) -> Callable[[Parties], tuple[str, ...]]:
    """Who is told by an event with some words: gives their names, each once, from those who have a part in a task.

    Args:
        words: as the event has them.
        labels: of the roles that are nobody's part, which are names.
    """
    said = [(role in PARTIES, role, (labels.get(role, role),), post) for post, role in map(post_and_role, words)]

    def named(parties: Parties) -> tuple[str, ...]:
        found = [
            f"{name}({POSTS.get(post, post)})" if post else name
            for part, role, label, post in said for name in (parties(role) if part else label)
        ]  # fmt: skip
        return tuple(dict.fromkeys(found))

    return named


def unit_and_post(name: str) -> tuple[str, str]:
    """The unit that a name on a letter means, and the post in it, empty if the letter is for the unit as such."""
    post = next((key for key, label in POSTS.items() if name.endswith(f"({label})")), "")
    return (name[: -len(POSTS[post]) - 2], post) if post else (name, "")


def said(word: str, labels: Mapping[str, str]) -> str:
    """A word as people say it: 牵头单位, 牵头单位主要负责人."""
    post, role = post_and_role(word)
    return labels.get(role, role) + POSTS.get(post, post)
