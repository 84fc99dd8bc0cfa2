"""Which kinds of turbulence there are: the files of this room, what was registered, what was installed."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from crviz.checks import ParameterError, check_choice
from crviz.discovery import found
from crviz.turbulence.model import Model

#: Where other packages say which kinds they bring: name = "package.module:MODEL".
ENTRY_POINTS = "crviz.turbulence"

_models: dict[str, Model] = {}


def register(model: Model) -> None:
    """Make a kind known under its name. Raises ParameterError where the name is another one's."""
    if _models.setdefault(model.name, model) is not model:
        raise ParameterError("turbulence", model.name, "is the name of another kind of turbulence")


def unregister(name: str) -> None:
    """Forget a kind that was registered."""
    _models.pop(name, None)


def known() -> tuple[str, ...]:
    """Names of the kinds that can be had without importing anything: what links may name."""
    return tuple(_models)


def get(name: object) -> Model:
    """The kind of a name, of an installed package if need be. Raises ParameterError."""
    if isinstance(name, str) and name not in _models:
        for entry in entry_points(group=ENTRY_POINTS, name=name):
            register(_loaded(entry))
    return _models[check_choice("turbulence", name, known())]


def install() -> list[ParameterError]:
    """Register all that installed packages bring; what is wrong with some of them."""
    troubles = []
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            get(entry.name)
        except ParameterError as trouble:
            troubles.append(trouble)
    return troubles


def _loaded(entry: EntryPoint) -> Model:
    try:
        model = entry.load()
    except Exception as error:
        rule = f"is brought by {entry.value}, which cannot be imported: {error}"
        raise ParameterError("turbulence", entry.name, rule) from error
    if getattr(model, "name", None) != entry.name:
        rule = f"is brought by {entry.value}, which calls itself {getattr(model, 'name', None)!r}"
        raise ParameterError("turbulence", entry.name, rule)
    return model


for _model in found("crviz.turbulence", "MODEL"):
    register(_model)
