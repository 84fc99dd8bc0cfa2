"""The drawer of stored results: parameters, fields and date; open, extend, delete."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from crviz.config import Config, is_current
from crviz.dashboard.best_known import stored_words
from crviz.dashboard.controls import Controls
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.session import Session
from crviz.dashboard.state import State
from crviz.library import Discarded, Entry, Library
from crviz.result import fields_in_words, numbered

#: More of one's own are not listed; the newest come first.
MOST = 30
_WIDE: dict[str, Any] = {"sizing_mode": "stretch_width"}


class Runs(Controls):
    """The drawer's content.

    Parameters
    ----------
    public
        Whether strangers may come: then nobody deletes what others have stored.
    """

    def __init__(self, state: State, session: Session, library: Library, public: bool = False) -> None:
        self._session, self._library, self._public = session, library, public
        self._discarded: dict[str, Discarded] = {}
        presses: dict[str, Callable[[], None]] = {}
        self._listed, looking = _listed(library)
        groups = [
            {"legend": "", "controls": [{"kind": "text", "key": "looking"}]},
            *({"legend": words(each), "controls": self._buttons(presses, each)} for each in self._listed),
        ]
        super().__init__(state, groups, presses, texts=_looking_words(looking), css_classes=["runs"], **_WIDE)

    def follow(self, again: Callable[[], None]) -> bool:
        """Whether files are still looked at; once more of those that are listed are known, and nothing was
        deleted in this list, another one is asked for."""
        listed, looking = _listed(self._library)
        if listed != self._listed and not self._discarded:
            again()
            return False  # the other one follows on
        self.texts = {**self.texts, **_looking_words(looking)}
        return looking > 0

    def _buttons(self, presses: dict[str, Callable[[], None]], entry: Entry) -> list[dict[str, Any]]:
        """What can be done with an entry; what it does is put among the presses."""
        buttons = []

        def button(what: str, kind: str, action: Callable[[], None], **options: str) -> None:
            presses[_key(what, entry)] = action
            buttons.append({"kind": kind, "key": _key(what, entry), "label": what.capitalize()} | options)

        if entry.config is not None:
            button("open", "button", partial(self._open, entry))
            if not entry.shipped and not entry.first:
                extend = partial(self._extend, entry, entry.config)
                button("extend", "button", extend, label="Extend by 20")
        if entry.shipped:
            return buttons
        if self._public:
            presses[_key("delete", entry)] = self._refuse
            return buttons
        presses[_key("undo", entry)] = partial(self._undo, entry)
        button("delete", "deletion", partial(self._delete, entry), undo=_key("undo", entry))
        return buttons

    def _open(self, entry: Entry) -> None:
        try:
            result = self._library.load(entry.path)
        except (ValueError, FileNotFoundError) as error:
            self._session.notice = str(error)
            return
        self._state.take(result.config)
        self._state.show(LabelledSource(result, stored_words(entry)))

    def _extend(self, entry: Entry, config: Config) -> None:
        self._open(entry)
        self._session.extend(config, entry.n_realizations + 20)

    def _refuse(self) -> None:
        self._session.notice = "Stored runs cannot be deleted here: other visitors may want them."

    def _delete(self, entry: Entry) -> None:
        try:
            self._discarded[entry.path.name] = self._library.discard(entry)
        except (ValueError, OSError) as error:
            self._session.notice = _said(error)
        else:
            self._say(entry, deleted=True)

    def _undo(self, entry: Entry) -> None:
        discarded = self._discarded.pop(entry.path.name, None)
        if discarded is None:  # pressed twice
            return
        try:
            self._library.bring_back(discarded)
        except (ValueError, OSError) as error:
            self._session.notice = _said(error)
            self._discarded[entry.path.name] = discarded
        else:
            self._say(entry, deleted=False)

    def _say(self, entry: Entry, *, deleted: bool) -> None:
        """Whether an entry is there: its line stays where it is."""
        others = {_key(what, entry): not deleted for what in ("open", "extend")}
        self.texts = {**self.texts, **others, _key("delete", entry): "deleted" if deleted else ""}


def _listed(library: Library) -> tuple[list[Entry], int]:
    """What is listed now, and of how many files nothing is known yet."""
    entries, looking = library.known()
    own = [entry for entry in entries if not entry.shipped]
    return [*own[:MOST], *(entry for entry in entries if entry.shipped)], looking


def _looking_words(number: int) -> dict[str, str]:
    files = "1 file is" if number == 1 else f"{number} files are"
    return {"looking": f"{files} being looked at." if number else ""}


def _key(what: str, entry: Entry) -> str:
    return f"{what}:{entry.path.name}"


def _said(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"This could not be done: {error.strerror or error}."
    return str(error)


def words(entry: Entry) -> str:
    """One stored result in a line."""
    config, size = entry.config, entry.size / 1e6
    if config is None:
        return entry.problem
    earlier = "" if is_current(entry.numerics) else f" · numerics {entry.numerics}"
    date = f"{entry.created:%Y-%m-%d %H:%M}" if entry.created else "no date"
    shipped = "shipped · " if entry.shipped else ""
    grids = {"cross": "two grids", "single": "one grid"}[config.grids]
    part = f", a part of a run: {numbered(entry.fields)}" if entry.first else ""
    return (
        f"{shipped}σ² = {config.sigma2:.12g}, r_L = {config.rl_over_lc:.12g} L_c, "
        f"nside {config.nside}, {grids}, Ω T to {config.omega_t[-1]:.12g}, seed {config.seed} · "
        f"{fields_in_words(entry.n_realizations)}{part} · {date} · {size:.1f} MB{earlier}"
    )
