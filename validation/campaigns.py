"""Many faults, drawn at random from a seed: what docs/reliability.md says of them.

    python validation/campaigns.py kills 200
    python validation/campaigns.py commands 4000
    python validation/campaigns.py files 2000
    python validation/campaigns.py configurations 2000
    python validation/campaigns.py messages 5000
    python validation/campaigns.py links 5000
    python validation/campaigns.py sequences 200
    python validation/campaigns.py workers 20

Each prints its figures, and ends with status 1 where one of its promises was broken. `--seed` draws others.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import distributed
import numpy as np

from crviz import Config, cli, load, run, simulate
from crviz.dashboard import address, wire
from crviz.dashboard.state import State, on_page
from crviz.result import examining

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from protocol import Speaker, bridge_of, message, served  # visitors without a browser

#: Quick fields, so that kills fall into all that a run does; and their options on the command line.
TINY = Config(nside=1, omega_t=(0.5, 2.0), n_modes=10)
WORDS = ("--nside", "1", "--omega-t", "0.5,2", "--n-modes", "10")
#: The run stores its file as often as it can.
_STORING = """
import runpy, sys
from crviz import storing
from crviz.ensemble import side
storing.STORE_EVERY, storing.STORE_SHARE, side.RECORD_EVERY = 0.0, 0.5, {record}
sys.argv = ["crviz", *{words!r}]
runpy.run_module("crviz", run_name="__main__")
"""

Outcome = tuple[str, str]  # what it was, and what is wrong with it: nothing where it is as promised


def kills(number: int, rng: np.random.Generator, folder: Path) -> list[Outcome]:
    """SIGKILL at random moments of runs that store all the time; each goes on with what the last one left,
    and no field that was in the file may be lost. In the end it has the bytes of a run without a kill."""
    os.environ["SOURCE_DATE_EPOCH"] = "1434499200"
    out, outcomes, before = folder / "out.nc", [], 0
    for _ in range(number):
        words = ["run", str(out), *WORDS, "--realizations", "100000", "--threads", "1"]
        code = _STORING.format(words=words, record=float(rng.choice([0.0, 0.05])))
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
        _wait_until_it_stores(out)
        time.sleep(rng.uniform(0, 0.5))
        left = {path.suffix for path in folder.iterdir() if path.name.startswith(".")}
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = load(out).n_realizations
        when = "while a file was written" if ".part" in left else "between files"
        outcomes.append((when, f"{before} fields became {done}" if done < before else ""))
        before = done
    cli.main(["run", str(out), *WORDS, "--realizations", str(before + 100)])
    whole = load(out)
    run(TINY, whole.n_realizations).save(folder / "whole.nc")
    same = (folder / "whole.nc").read_bytes() == out.read_bytes()
    return [*outcomes, (f"{whole.n_realizations} fields at the end", "" if same else "other bytes")]


def workers(number: int, rng: np.random.Generator, folder: Path) -> list[Outcome]:
    """Runs on two processes of dask's, of which up to three are killed at random moments, and started anew by
    dask: each has the bytes of a run at home."""
    os.environ["SOURCE_DATE_EPOCH"] = "1434499200"
    config, fields, outcomes = TINY.replace(omega_t=(10.0, 100.0), n_modes=400), 60, []
    run(config, fields).save(folder / "home.nc")
    local = {"threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": ":0", "silence_logs": 50}
    with distributed.LocalCluster(n_workers=2, **local) as cluster, distributed.Client(cluster) as client:
        for _ in range(number):
            moments, kills = set(rng.integers(fields, size=rng.integers(4)).tolist()), 0
            for result in simulate(config, fields, client.get_executor(pure=False, retries=3)):
                living = client.run(os.getpid) if result.n_realizations in moments else {}
                if living:
                    os.kill(int(rng.choice(list(living.values()))), signal.SIGKILL)
                    kills += 1
            result.save(folder / "there.nc")
            same = (folder / "there.nc").read_bytes() == (folder / "home.nc").read_bytes()
            outcomes.append((f"{kills} workers killed", "" if same else "other bytes"))
            client.wait_for_workers(2)
    return outcomes


def _wait_until_it_stores(out: Path) -> None:
    before = out.stat().st_mtime_ns if out.exists() else 0
    end = time.monotonic() + 120
    while time.monotonic() < end and not (out.exists() and out.stat().st_mtime_ns > before):
        time.sleep(0.01)


def commands(number: int, rng: np.random.Generator, folder: Path) -> list[Outcome]:
    """Command lines of known words in any order with values that make little sense: status 0 or 2, and where
    that is 2 one line that begins with the command."""
    run(TINY, 2).save(folder / "run.nc")
    (folder / "text.nc").write_text("no result")
    names = [str(folder / name) for name in ("run.nc", "text.nc", "none.nc", "", "none/none.nc")]
    values = [
        "0",
        "-1",
        "1",
        "2",
        "3.5",
        "1e400",
        "nan",
        "inf",
        "x",
        "",
        "Ω",
        "1,2",
        "-",
        "single",
        "cross",
        *names,
    ]
    options = ["nside", "sigma2", "rl-over-lc", "gamma", "lambda-min", "n-modes", "omega-t", "omega-t-max"]
    options += [
        "n-times",
        "step",
        "seed",
        "grids",
        "realizations",
        "realizations-from",
        "to",
        "threads",
        "figure",
    ]
    options += [
        "output",
        "out",
        "estimator",
        "p",
        "time-limit",
        "width",
        "turbulence",
        "sky-nside",
        "nonsense",
    ]

    def one() -> Outcome:
        command = str(rng.choice(["run", "info", "plot", "reduce", "merge", "nonsense"]))
        words = [command, *rng.choice(names, rng.integers(1, 3))]
        for option in rng.choice(options, rng.integers(3)):
            words += [f"--{option}", str(rng.choice(values))]
        if command == "run":  # quick where it is taken
            words += ["--nside", "1", "--n-modes", "4", "--realizations", "1", "--omega-t", "0.5"]
        status, said = _called(words)
        wrong = status not in (0, 2) or (status == 2 and len(said.strip().splitlines()) != 1)
        return f"status {status}", f"{words}: {said[-500:]!r}" if wrong else ""

    return [one() for _ in range(number)]


def _called(words: Sequence[str]) -> tuple[object, str]:
    with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.redirect_stdout(io.StringIO()):
        try:
            status: object = cli.main(list(words))
        except SystemExit as end:
            status = end.code
        except BaseException as error:  # noqa: BLE001 - nothing may come out
            status = f"raised {type(error).__name__}"
    return status, "\n".join(line for line in said.getvalue().splitlines() if ": warning: " not in line)


def files(number: int, rng: np.random.Generator, folder: Path) -> list[Outcome]:
    """Bits, blocks of zeros and ends that are cut off, in runs and summaries: sound, or one ValueError."""
    examining.PATIENCE = 5.0  # files that hang shall not take all the time
    result = run(TINY, 3)
    result.save(folder / "run.nc")
    result.reduced().save(folder / "summary.nc")
    sound = [(folder / name).read_bytes() for name in ("run.nc", "summary.nc")]

    def one() -> Outcome:
        content = bytearray(sound[rng.integers(2)])
        at = int(rng.integers(len(content) if rng.random() < 0.5 else 8192))
        kind = rng.integers(3)
        if kind == 0:
            content[at] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            content[at : at + 512] = bytes(len(content[at : at + 512]))
        else:
            del content[at:]
        path = folder / "odd.nc"
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(0, int(rng.integers(1 << 60))))
        try:
            examining.load(path).spectrum()
        except ValueError as error:
            said = str(error)
            kinds = {"longer than": "held up the reader", "crashes": "crashed the reader", "": "refused"}
            kind_ = next(name for words, name in kinds.items() if words in said)
            return kind_, "" if str(path) in said and "\n" not in said else said
        except Exception as error:  # noqa: BLE001 - nothing else may come out
            return "raised", repr(error)
        return "sound", ""

    return [one() for _ in range(number)]


def configurations(number: int, rng: np.random.Generator, folder: Path) -> list[Outcome]:
    """Values of all kinds for every parameter: refused in a sentence that names one of them, or a Config that
    its own description makes again."""
    odd = [
        0,
        -1,
        1,
        2,
        3,
        8,
        1e-3,
        0.5,
        1.0,
        16.0,
        1e9,
        1e300,
        float("nan"),
        float("inf"),
        True,
        None,
        "x",
        "",
    ]
    odd += ["cross", "single", "isotropic", (), (1.0,), (0.5, 2.0), (2.0, 0.5), [1, "x"], {}, b"1", 10**400]
    names = list(TINY.to_dict())

    def one() -> Outcome:
        chosen = {
            str(name): odd[rng.integers(len(odd))] for name in rng.choice(names, rng.integers(1, 4), False)
        }
        try:
            config = Config(**chosen)  # type: ignore[arg-type]
            again = Config.from_dict(json.loads(json.dumps(config.to_dict())))
        except ValueError as error:
            named = any(name in str(error) for name in names) and "\n" not in str(error)
            return "refused", "" if named else f"{chosen}: {error}"
        except Exception as error:  # noqa: BLE001 - nothing else may come out
            return "raised", f"{chosen}: {error!r}"
        return "taken", "" if again.digest == config.digest else f"{chosen}: another digest"

    return [one() for _ in range(number)]


_ODD_VALUES = [
    None,
    True,
    -1,
    0,
    0.5,
    1e300,
    -1e300,
    2**60,
    "",
    "set",
    "x" * 2000,
    [],
    [1.0] * 3000,
    {},
    {"id": "p1"},
]
_ODD_WORDS = [
    "",
    "nan",
    "inf",
    "-1",
    "0",
    "1e9",
    "1e-9",
    "0.5",
    "true",
    "x" * 500,
    "%00",
    "<script>",
    "../..",
    "é",
    "1,2",
]


def messages(number: int, rng: np.random.Generator, folder: Path) -> list[Outcome]:
    """Messages to a server that no page sends, or with odd values: none ends the page or the server, and none
    leaves a traceback in its log."""
    kinds = [*wire.MESSAGES, "nothing"]
    keys = ["kind", "key", "value", "id", "index", "theta", "phi", "dark", "ell", "declination", "m0"]
    names = [
        *State.param,
        "run",
        "pin",
        "swap",
        "back",
        "tour",
        "after_tour",
        "cancel",
        "preset:The paper",
        "nothing",
    ]
    events = ["ModelChanged", "RootAdded", "RootRemoved", "TitleChanged", "ColumnsStreamed", "ColumnsPatched"]
    outcomes = []

    def odd() -> object:
        return _ODD_VALUES[rng.integers(len(_ODD_VALUES))]

    def one(bridge: str) -> dict[str, object]:
        if rng.random() < 0.6:
            told = {str(rng.choice(keys)): odd() for _ in range(rng.integers(5))}
            told |= {"kind": str(rng.choice(kinds)), "key": str(rng.choice(names))}
            return message(bridge, told)
        attribute = str(rng.choice(["tensors", "time", "esm", "name", "clicks", "values"]))
        return {"kind": str(rng.choice(events)), "model": {"id": bridge}, "attr": attribute, "new": odd()}

    with served(folder / "library", "--public") as server:
        speaker = Speaker(server)
        for sent in range(number):
            if sent % 500 == 0:
                speaker.close()
                speaker = Speaker(server)
                bridge = bridge_of(speaker.pull())
            event = one(bridge)
            speaker.patch(event)
            outcomes.append((str(event["kind"]), ""))
            time.sleep(0.005)  # more than a hundred a second would only be dropped
        speaker.pull()
        speaker.close()
        if "Traceback" in server.log:
            outcomes.append(("the server", server.log[-2000:]))
    return outcomes


def links(number: int, rng: np.random.Generator, folder: Path) -> list[Outcome]:
    """Links with odd values: each opens a page that can run something, with a sentence for what was left out;
    one in fifty by a server."""
    keys = [key for each in on_page() for key in (each.link, *each.earlier) if key]
    outcomes = []
    with served(folder / "library", "--public") as server:
        for opened in range(number):
            said = {str(key): str(rng.choice(_ODD_WORDS)) for key in rng.choice(keys, rng.integers(1, 8))}
            try:
                state = State()
                notice = address.restore(state, {key: [value.encode()] for key, value in said.items()})
                assert state.config.n_orbits > 0
                kind, wrong = ("told what is left out" if notice else "taken as it is"), ""
                if opened % 50 == 0:
                    speaker = Speaker(server, "/?" + urllib.parse.urlencode(said))
                    wrong = "" if speaker.pull()["roots"] else f"no page: {said}"
                    speaker.close()
            except Exception as error:  # noqa: BLE001 - this is what is looked for
                kind, wrong = "failed", f"{said}: {error!r}"
            outcomes.append((kind, wrong))
        if "Traceback" in server.log:
            outcomes.append(("the server", server.log[-2000:]))
    return outcomes


def sequences(number: int, rng: np.random.Generator, folder: Path) -> list[Outcome]:
    """What somebody may do on the page, in any order: what is set, shown, said, linked and written agrees at
    every moment. The first sequence that breaks it is told, and ends the campaign."""
    import hypothesis  # noqa: PLC0415 - of all campaigns this one needs a browser
    from hypothesis.stateful import run_state_machine_as_test  # noqa: PLC0415
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    sys.path.append(f"{sys.path[0]}/browser")
    from sequences import OPTIONS, machine  # noqa: PLC0415

    with served(folder / "library", "--threads", 2) as server, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        actions = machine(browser.new_context(), server.address)
        hypothesis.seed(int(rng.integers(2**31)))(actions)
        try:
            run_state_machine_as_test(actions, settings=hypothesis.settings(max_examples=number, **OPTIONS))
            wrong = ""
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            wrong = "\n".join([str(error), *getattr(error, "__notes__", [])])
        outcomes = [(name, "") for name in actions.done.elements()]
        browser.close()
    return [*outcomes, ("in all", wrong)]


CAMPAIGNS: dict[str, Callable[[int, np.random.Generator, Path], list[Outcome]]] = {
    "kills": kills,
    "commands": commands,
    "files": files,
    "configurations": configurations,
    "messages": messages,
    "links": links,
    "sequences": sequences,
    "workers": workers,
}


def main() -> int:
    """Run one campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("campaign", choices=CAMPAIGNS)
    parser.add_argument("number", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        os.chdir(place)
        rng = np.random.default_rng([options.seed, *options.campaign.encode()])
        outcomes = CAMPAIGNS[options.campaign](options.number, rng, place)
    wrong = [what for _, what in outcomes if what]
    print(f"{options.number} {options.campaign}, seed {options.seed}, {time.monotonic() - started:.0f} s:")
    for kind, count in Counter(kind for kind, _ in outcomes).most_common():
        print(f"  {count:5} {kind}")
    print(f"  {len(wrong):5} not as promised")
    for what in wrong[:20]:
        print(f"        {what}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
