"""`crviz atlas`: the table over sigma2 and r_L/L_c, made and described."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crviz import ensemble
from crviz.cli.arguments import INTERRUPTED, check_threads, check_writable
from crviz.config import check_whole


def add(commands):
    """Declare the command and its options."""
    atlas = commands.add_parser("atlas", help="the table of spectra over sigma2 and r_L/L_c")
    actions = atlas.add_subparsers(title="actions", required=True, metavar="ACTION")
    make = actions.add_parser(
        "make",
        help="simulate all points and write the table; continues what a folder holds",
        description="The shipped table is made by: crviz atlas make --parts DIR --out assets/atlas.nc",
    )
    make.add_argument("--parts", metavar="DIR", type=Path, required=True, help="folder of the parts")
    make.add_argument("--out", metavar="FILE.nc", type=Path, help="write the table here (replaces a file)")
    make.add_argument(
        "--rounds",
        type=int,
        help="stop after so many of the rounds, each of which is a complete table with smaller errors; "
        "0 only writes the table from what is there (default: all)",
    )
    make.add_argument("--threads", type=int, help="threads (default: all processors)")
    make.set_defaults(command=_make)
    info = actions.add_parser("info", help="say what a table holds and how good it is")
    info.add_argument("file", metavar="FILE.nc", type=Path, nargs="?", help="default: the shipped one")
    info.set_defaults(command=_info)


def _make(options):
    from crviz.atlas import assembly, making

    check_threads(options)
    if options.rounds is not None:
        check_whole("rounds", options.rounds, at_least=0)
    if options.parts.exists() and not options.parts.is_dir():
        raise ValueError(f"{options.parts} is a file, not a folder.")
    if options.out is not None:
        check_writable(options.out)
    parts = making.missing(options.parts, rounds=options.rounds)
    if parts and not _simulate(options, parts):
        print(f"\nStopped. {options.parts} holds what is finished; the same command continues.")
        return INTERRUPTED
    print(f"{options.parts}: {len(parts) or 'no'} parts were missing.")
    if options.out is not None:
        assembly.save(assembly.assemble(options.parts), options.out)
        print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB.")
    return 0


def _simulate(options, parts):
    """Make parts with a progress bar; whether they were all made."""
    from crviz.atlas import making

    with (
        ThreadPoolExecutor(options.threads or ensemble.thread_count()) as pool,
        _ProgressBar(parts) as bar,
    ):
        try:
            for done, _ in enumerate(making.make(options.parts, parts, pool, bar), 1):
                bar.done(done)
        except KeyboardInterrupt:
            return False
    return True


class _ProgressBar:
    """A line on the terminal: parts, share of the work, time left."""

    def __init__(self, parts):
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.fields[done]} of {task.fields[asked]} parts"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            TextColumn("left"),
            speed_estimate_period=600,  # parts differ
        )
        self._task = self._bar.add_task("", total=sum(part.work for part in parts), done=0, asked=len(parts))

    def __enter__(self):
        self._bar.start()
        return self

    def __exit__(self, *exc):
        self._bar.stop()

    def advance(self, work):
        """Told of wave evaluations by `making.make`."""
        self._bar.update(self._task, advance=work)

    def done(self, parts):
        """So many parts are stored."""
        self._bar.update(self._task, done=parts)


def _info(options):
    import numpy as np

    from crviz.atlas import load

    atlas = load(options.file)
    data = atlas.dataset
    fields, fine = (data[name].values for name in ("fields", "fine_fields"))
    print(
        f"{options.file or 'shipped'}: made by crviz {data.attrs['crviz_version']} on {data.attrs['created']}"
    )
    for name, values in (
        ("sigma2", atlas.sigma2),
        ("rl_over_lc", atlas.rl_over_lc),
        ("omega_t", atlas.omega_t[[0, -1]]),
    ):
        between = " to " if name == "omega_t" else " "
        print(f"  {name:<12} {between.join(f'{value:g}' for value in values)}")
    for name, value in atlas.turbulence.items():
        print(f"  {name:<12} {value:g}")
    for nside, number in zip(data.attrs["nside"], (fields, fine), strict=True):
        print(f"  nside {nside:<6} {_range(number)} fields a point")
    print(
        "relative errors [%], at points: least, median, largest; left-out points predicted: 50, 90 % within"
    )
    for omega_t in (10, 100, 300):
        time = data.sel(omega_t=omega_t, method="nearest")
        print(f"at Omega T = {float(time.omega_t):g}")
        for label, name, choice in (
            ("C_1", "cl", {"ell": 1}),
            ("C_2", "cl", {"ell": 2}),
            ("C_5", "cl", {"ell": 5}),
            ("C_20", "cl", {"ell": 20}),
            ("K", "k", {}),
        ):
            for gradient in ("parallel", "perpendicular"):
                one = time.sel(gradient=gradient, **choice)
                value, error = one[name].values, one[f"{name}_error"].values
                relative = 100 * (error / value)[value > 0]
                shown = "  ".join(f"{number:5.1f}" for number in np.quantile(relative, [0, 0.5, 1]))
                left_out = "  ".join(f"{100 * number:5.1f}" for number in one[f"{name}_interpolation"].values)
                print(f"  {label:<5} {gradient:<14} {shown}    {left_out}")
    return 0


def _range(numbers):
    least, most = numbers.min(), numbers.max()
    return f"{least}" if least == most else f"{least} to {most}"
