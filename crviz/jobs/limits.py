"""What a server computes for those who ask: of one request, for one visitor, for one address, and in all."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from crviz import ensemble, machine
from crviz.checks import ParameterError, check_number
from crviz.config import Config, command
from crviz.parameters import N_MODES, OMEGA_T_MAX, REALIZATIONS

#: Wave evaluations that a processor does in a second, as long as none were measured.
ASSUMED_RATE = 1.5e9
#: Share of the memory that is left when a server starts that its runs may take.
_OF_THE_MEMORY = 0.8
_GIGABYTE = 1e9


def _limit(help: str) -> Any:
    return field(metadata={"help": help})


@dataclass(frozen=True)
class Limits:
    """The most that is computed. What is not told is none.

    Attributes
    ----------
    minutes
        Of a processor, for one run: at `ASSUMED_RATE`, so that all machines refuse the same.
    look
        Seconds of a processor for what nobody presses Run for: a sky, or the orbits of a direction.
    memory, memory_in_all : [GB]
        Of one run, and of all that are under way, as `ensemble.needs` has them.
    nside, waves, omega_t, realizations
        Of one run.
    of_visitor, of_address, in_all
        Runs that are under way: computed, or waiting. An address may be that of a whole class.
    pages
        That are open at once.
    keep_running : [s]
        For how long a run goes on when whoever wants it has closed the page.
    """

    minutes: float = _limit("minutes of one processor that a run may take")
    look: float = _limit("seconds of one processor for a sky, or the orbits of a direction")
    memory: float = _limit("memory of one run [GB]")
    memory_in_all: float = _limit("memory of all runs that are under way [GB]")
    nside: float = _limit("resolution of a run")
    waves: float = _limit("waves of a run")
    omega_t: float = _limit("last backtracking time of a run [1/Omega]")
    realizations: float = _limit("realisations of a run")
    of_visitor: float = _limit("runs of one visitor that are under way or wait")
    of_address: float = _limit("runs of one address, which many visitors may share")
    in_all: float = _limit("runs that are under way or wait in all")
    pages: float = _limit("pages that are open at once")
    keep_running: float = field(
        default=300.0, metadata={"help": "how long a run goes on when its page was closed"}
    )

    def __post_init__(self) -> None:
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            if value != math.inf:
                check_number(option(each.name), value, at_least=0)

    @classmethod
    def home(cls, **changes: float) -> Limits:
        """Those of somebody's own machine: what cannot be is refused."""
        left = machine.memory()
        memory = math.inf if left is None else _OF_THE_MEMORY * left / _GIGABYTE
        return cls(
            minutes=1e5,
            look=60.0,
            memory=memory,
            memory_in_all=memory,
            nside=1024,
            waves=N_MODES.at_most,
            omega_t=1e6,
            realizations=REALIZATIONS.at_most,
            of_visitor=20,
            of_address=100,
            in_all=100,
            pages=math.inf,
        ).but(**changes)

    @classmethod
    def public(cls, **changes: float) -> Limits:
        """Those of a server that strangers may come to: 20 minutes of two processors a run, 2 GB in all."""
        return cls(
            minutes=40.0,
            look=20.0,
            memory=1.0,
            memory_in_all=2.0,
            nside=64,
            waves=2000,
            omega_t=1000.0,
            realizations=1000,
            of_visitor=2,
            of_address=12,
            in_all=24,
            pages=200,
        ).but(**changes)

    def but(self, **changes: float) -> Limits:
        """The same with some values changed."""
        return dataclasses.replace(self, **changes)

    @property
    def work(self) -> float:
        """Wave evaluations of one run."""
        return 60 * self.minutes * ASSUMED_RATE

    def check_settings(self, values: Mapping[str, Any]) -> None:
        """Refuse values of parameters by name, those of `parameters.REQUEST` among them, which alone are too
        much: a configuration that is never made costs nothing. Raises ParameterError."""
        for parameter, most in ((N_MODES, self.waves), (OMEGA_T_MAX, self.omega_t)):
            value = values.get(parameter.name)
            if value is not None and value > most:
                _refuse(parameter.name, value, f"is above {most:g}, the limit", command(values))

    def check(self, config: Config, realizations: int) -> None:
        """Refuse a run that is too large. Raises ParameterError, with what is allowed and the command that
        makes the run elsewhere."""
        most = {
            "nside": (config.nside, self.nside),
            "n_modes": (config.n_waves, self.waves),
            "omega_t": (config.omega_t[-1], self.omega_t),
            "realizations": (realizations, self.realizations),
        }
        rule, otherwise = "", ""
        name = next((name for name, (value, limit) in most.items() if value > limit), "")
        if name:
            rule = f"is above {most[name][1]:g}, the limit"
        elif (work := ensemble.work(config)) * realizations > self.work:
            name, enough = "realizations", int(self.work / work)
            minutes = work * realizations / (60 * ASSUMED_RATE)
            rule = f"would take {minutes:,.0f} minutes of a processor, above {self.minutes:g}, the limit"
            otherwise = f"ask for at most {enough}, or " if enough else ""
        elif (memory := memory_of(config, realizations)) > self.memory:
            name = "realizations"
            rule = f"would take {memory:.3g} GB of memory, above {self.memory:.3g}, the limit"
        if name:
            _refuse(name, most[name][0], rule, config.command(realizations), otherwise)

    def allows_look(self, work: float, size: float = 0.0) -> bool:
        """Whether so many wave evaluations, into so many bytes, are done for a look."""
        return work <= self.look * ASSUMED_RATE and size <= self.memory * _GIGABYTE


def option(name: str) -> str:
    """What a limit is called where it is set."""
    return name if name == "keep_running" else f"most_{name}"


def memory_of(config: Config, realizations: int) -> float:
    """Memory of a run [GB]."""
    return ensemble.needs(config, realizations).memory / _GIGABYTE


def _refuse(name: str, value: object, rule: str, own: str, otherwise: str = "") -> NoReturn:
    raise ParameterError(name, value, f"{rule} of this server: {otherwise}run it yourself with `{own}`")
