"""`crviz observe`: the power spectrum of a map of one's own."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from crviz.checks import ParameterError
from crviz.cli.arguments import Subparsers, check_writable, writing


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    command = commands.add_parser(
        "observe", help="measure the power spectrum of a map of the relative intensity"
    )
    command.add_argument("map", metavar="MAP.fits", type=Path, help="HEALPix; counts, or relative intensity")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="SPECTRUM.csv")
    seen = command.add_mutually_exclusive_group()
    seen.add_argument("--mask", type=Path, metavar="MASK.fits", help="weights from 0 to 1")
    seen.add_argument(
        "--declination", nargs=2, type=float, metavar=("LOW", "HIGH"), help="band that is seen [deg]"
    )
    command.add_argument("--smooth", type=float, default=0.0, metavar="DEG", help="radius of a top hat")
    command.add_argument(
        "--remove-m0", action="store_true", help="leave out m = 0, which depends on declination alone"
    )
    command.add_argument(
        "--column", metavar="NAME", help="the relative intensity, where there are several columns"
    )
    command.add_argument(
        "--coordinates", metavar="celestial|galactic", help="of the map (default: what its header says)"
    )
    command.add_argument("--plot", type=Path, metavar="FILE.(png|svg|pdf)", help="beside the shipped spectra")
    command.set_defaults(command=_observe)


def _observe(options: argparse.Namespace) -> int:
    from crviz import observations

    for out in filter(None, (options.output, options.plot)):
        check_writable(out)
        for source in filter(None, (options.map, options.mask)):
            if out.exists() and source.exists() and out.samefile(source):
                raise ValueError(f"{out} is what is read: it is not overwritten.")
    if options.plot:
        from crviz.plots import paper
        from crviz.plots.content.measured import measured_spectrum

        paper.check_path(options.plot, "plot")
        if options.plot == options.output:
            raise ParameterError("plot", str(options.plot), "must be another file than that of the spectrum")
    found = observations.observe(
        observations.read_map(options.map, column=options.column, coordinates=options.coordinates),
        mask=options.mask,
        declination=options.declination,
        smooth=options.smooth,
        remove_m0=options.remove_m0,
    )
    with writing(options.output):
        observations.save(found, options.output, command=_command(options))
    if options.plot:
        with writing(options.plot):
            paper.save_panels([measured_spectrum(found)], options.plot)
    noise = "noise in it and not known" if found.source.variance is None else "noise of counting beside it"
    print(
        f"{options.output}: l = 1 to {found.ell[-1]} of {found.source.quantity}, "
        f"f_sky = {found.weights.mean():.3g}, {found.joined} pixels joined the mask, {noise}."
    )
    return 0


def _command(options: argparse.Namespace) -> str:
    """What was asked for, as it may be asked for again."""
    words = ["crviz", "observe", str(options.map), "-o", str(options.output)]
    for name in ("mask", "smooth", "column", "coordinates", "plot"):
        if getattr(options, name):
            words += [f"--{name}", str(getattr(options, name))]
    if options.declination:
        words += ["--declination", *(f"{limit:.17g}" for limit in options.declination)]
    return shlex.join([*words, *(["--remove-m0"] if options.remove_m0 else [])])
