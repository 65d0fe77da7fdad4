"""Labels that lead back to names: how a table speaks of a state, an act or a field, and how it is understood."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from supervise.errors import did_you_mean

_CODED = re.compile(r"\([a-z][a-z0-9_]*\)$")
_SEPARATES = re.compile("[、;:,→]|\\(各自\\)$")
_UNFIT = re.compile("[“”\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SAME = str.maketrans("（）；：，", "();:,")


def fold(text: str) -> str:
    """The text with punctuation in one width, for comparing."""
    return text.translate(_SAME).strip()


def pieces(text: str, marks: str) -> list[str]:
    """The parts of a text between ``marks``, those inside “ ” left alone; empty parts left out."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter == "“") - (letter == "”" and depth > 0)
        if letter in marks and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [part.strip() for part in found if part.strip()]


class Names:
    """What the things of one kind are called, so that every word leads back to one of them.

    A label stands for its name where only one thing has it; else the name is written behind it, and a label that
    would not survive among the marks of a phrase gives way to the name.

    Args:
        what: the kind, in Chinese, for messages.
        labels: name → label.
        taken: words that mean something else where these are written.
    """

    def __init__(self, what: str, labels: Mapping[str, str], taken: Iterable[str] = ()) -> None:
        self.what, self.labels = what, dict(labels)
        often = Counter(fold(label) for label in labels.values()) + Counter(taken)
        self._words = {name: self._word(name, label, often) for name, label in labels.items()}
        self._known = {name: name for name in labels}
        self._known |= {fold(label): name for name, label in labels.items() if often[fold(label)] == 1}
        self._known |= {fold(word): name for name, word in self._words.items()}
        self._twice = {label for label, times in often.items() if times > 1} & {fold(w) for w in labels.values()}

    def _word(self, name: str, label: str, often: Mapping[str, int]) -> str:
        folded = fold(label)
        if not folded or _UNFIT.search(label) or _CODED.search(folded):
            return name
        if often[folded] > 1 or (folded in self.labels and folded != name):
            return f"{label.strip()}({name})"
        return label.strip()

    def quoted(self, name: str) -> str:
        """The word for a name inside “ ”, where several are joined by 或."""
        word = self._words.get(name, name)
        return name if "或" in word else word

    def listed(self, name: str) -> str:
        """The word for a name in a list."""
        word = self._words.get(name, name)
        return f"“{word}”" if _SEPARATES.search(fold(word)) else word

    def name(self, word: str) -> str:
        """The name that a word stands for.

        Raises:
            ValueError: in Chinese, with the nearest label, when there is none, or when there are several.
        """
        bare = word.strip()
        if bare[:1] == "“" and bare[-1:] == "”":
            bare = bare[1:-1]
        found = self._known.get(fold(bare))
        if found is not None:
            return found
        if fold(bare) in self._twice:
            fit = [f"{label}({name})" for name, label in self.labels.items() if fold(label) == fold(bare)]
            raise ValueError(f"“{bare}”这个{self.what}有歧义,请写作 {'、'.join(fit)}")
        raise ValueError(f"没有“{bare}”这个{self.what}{did_you_mean(bare, self.labels.values())}")

    def list(self, text: str) -> list[str]:
        """The names in a list.

        Raises:
            ValueError: in Chinese, when a word is unknown.
        """
        return [self.name(word) for word in pieces(text, "、,，\n")]

    def either(self, text: str) -> str:
        """The names in 甲或乙, as a phrase of the file has them.

        Raises:
            ValueError: in Chinese, when a word is unknown.
        """
        words = text.split("或")
        if len(words) > 1 and not all(fold(word) in self._known for word in words) and fold(text) in self._known:
            words = [text]
        return " or ".join(self.name(word) for word in words)
