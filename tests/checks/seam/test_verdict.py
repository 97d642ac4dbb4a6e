"""The seam judge, on loops that were rendered and broken in every way it names."""

import csv
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import answerprint as ap
from answerprint.checks.seam.limits import SeamLimits
from answerprint.checks.seam.verdict import judge_seam
from answerprint.measure.motion.meter import MotionMeter
from answerprint.measure.movies import measure_movie
from answerprint.measured.motion import Gap, Mixture, Motion, Spot
from answerprint.rehearsal.scenery.scene import Scene, render
from answerprint.render.text import seam_to_text
from answerprint.verdict import SeamVerdict
from tests.checks.subjects import breaches, sequence
from tests.made import movie

Picture = NDArray[np.float32]
Clip = list[Picture]

COUNT = 72


@pytest.fixture(scope="module")
def loop() -> Clip:
    """A true loop of a moving camera, with grain."""
    scene = Scene(seed=1, size=(192, 108), frames=COUNT, loop=True)
    return [render(scene, index) for index in range(COUNT)]


@pytest.fixture(scope="module")
def travel() -> Clip:
    """A clip that goes somewhere and does not come back."""
    scene = Scene(seed=1, size=(192, 108), frames=COUNT)
    return [render(scene, index) for index in range(40)]


def motion_of(clip: Iterable[Picture]) -> Motion:
    meter = MotionMeter()
    for picture in clip:
        meter.add(picture)
    return meter.result()


def judged(clip: Iterable[Picture]) -> SeamVerdict:
    return judge_seam(motion_of(clip), SeamLimits())


def held(clip: Clip, *cadence: int) -> Clip:
    return [picture for n, picture in enumerate(clip) for _ in range(cadence[n % len(cadence)])]


def ramped(clip: Clip, stops: float, tint: tuple[float, float, float] = (1, 1, 1)) -> Clip:
    gains = [np.float32(2.0 ** (stops * n / len(clip))) for n in range(len(clip))]
    tints = [np.asarray(tint, np.float32) ** np.float32(n / len(clip)) for n in range(len(clip))]
    return [picture * gain * by for picture, gain, by in zip(clip, gains, tints, strict=True)]


def patched(clip: Clip, other: Clip) -> Clip:
    """Lay another clip into a corner, as on a screen of a quarter of the picture's size."""
    made = [picture.copy() for picture in clip]
    for n, picture in enumerate(made):
        picture[8:35, 8:56] = other[n][::4, ::4]
    return made


def faded(clip: Clip, frames: int) -> Clip:
    """Close a clip that goes elsewhere by a cross-fade of so many frames, as editors do."""
    count, made = len(clip) - frames, list(clip[: len(clip) - frames])
    for n in range(frames):
        share = np.float32((n + 0.5) / frames)
        made[n] = clip[n] * share + clip[count + n] * (1 - share)
    return made


def hurried(clip: Clip, pace: float) -> Clip:
    """Run a loop faster and faster, up to so many times, frames blended where they fall between two."""
    made, at = [], 0.0
    while at < len(clip):
        early, part = int(at), np.float32(at % 1)
        made.append(clip[early] * (1 - part) + clip[(early + 1) % len(clip)] * part)
        at += 1 + (pace - 1) * at / len(clip)
    return made


def still_but_one_place(clip: Clip, count: int = 40) -> Clip:
    """A picture that stands still but for a twentieth of it."""
    made = [clip[0].copy() for _ in range(count)]
    for n, picture in enumerate(made):
        place = np.s_[40:64, 72:120]
        picture[place] = clip[n * len(clip) // count][place]
    return made


def coded(place: Path, clip: Clip) -> Motion:
    """Measure a clip as H.264 of good quality, whose first frame is another picture than the last."""
    codes = [(np.clip(p, 0, 1) ** (1 / 2.4) * 255 + 0.5).astype(np.uint8) for p in clip]
    motion = measure_movie(movie(place / "a.mp4", codes, crf=16)).motion
    assert motion is not None
    return motion


def noisy(clip: Clip) -> Clip:
    grain = np.random.default_rng(5)
    return [np.asarray(p + grain.normal(0, 0.003, p.shape), np.float32).clip(0) for p in clip]


def breathing(count: int, times: Iterable[int], noise: float = 0.006) -> Clip:
    """Light that breathes by a sixth under grain, in which flow sees nothing and single steps drown."""
    grain = np.random.default_rng(8)
    y, x = np.mgrid[0:108, 0:192].astype(np.float32)
    plane = np.repeat((0.3 + 0.1 * np.sin(x / 19) * np.cos(y / 13))[..., None], 3, axis=2)
    lights = (1 + 0.16 * math.sin(math.tau * (time / count + 0.9)) for time in times)
    return [
        np.asarray(plane * by + grain.normal(0, noise, plane.shape), np.float32) for by in lights
    ]


Spoil = Callable[[Clip], Clip]

SEAMLESS: dict[str, Spoil] = {
    "as it is": lambda c: c,
    "begun elsewhere": lambda c: c[31:] + c[:31],
    "on twos": lambda c: held(c, 2),
    "on threes": lambda c: held(c, 3),
    "on twos and threes": lambda c: held(c, 2, 3),
    "on twos, cut within a pair": lambda c: held(c, 2)[1:] + held(c, 2)[:1],
    "grainy": noisy,
    "every second frame": lambda c: c[::2],
    "there and back": lambda c: c[:37] + c[35:0:-1],
    "one place that moves, grainy": lambda c: noisy(still_but_one_place(c)),
    "over one wild frame twice as bright": lambda c: [
        2 * p if n == 30 else p for n, p in enumerate(c)
    ],
}

BROKEN: dict[str, tuple[str, Spoil]] = {
    "first frame again": ("duplicate-end", lambda c: [*c, c[0]]),
    "first two frames again": ("duplicate-end", lambda c: c + c[:2]),
    "first frame again, grainy": ("duplicate-end", lambda c: noisy([*c, c[0]])),
    "first picture again on twos": ("duplicate-end", lambda c: held([*c, c[0]], 2)),
    "last frame twice": ("duplicate-end", lambda c: [*c, c[-1]]),
    "first frame twice": ("duplicate-end", lambda c: [c[0], *c]),
    "last frame for ten": ("duplicate-end", lambda c: c + c[-1:] * 9),
    "first two frames again, grainy": ("duplicate-end", lambda c: noisy(c + c[:2])),
    "there and back, both ends twice": ("duplicate-end", lambda c: c[:37] + c[36::-1]),
    "first frame again, of one place that moves": (
        "duplicate-end", lambda c: noisy([*still_but_one_place(c), c[0]])
    ),
    "faster and faster": ("speed-change", lambda c: hurried(c, 2.6)),
    "four times as fast": ("speed-change", lambda c: hurried(c, 4.0)),
    "one missing": ("jump", lambda c: c[:-1]),
    "three missing": ("jump", lambda c: c[:-3]),
    "thirty missing": ("jump", lambda c: c[:-30]),
    "three missing on twos": ("jump", lambda c: held(c[:-3], 2)),
    "cut one frame before the seam": ("jump", lambda c: c[:-19] + c[-1:]),
    "cut two frames behind the seam": ("jump", lambda c: c[:2] + c[20:]),
    "a patch that does not loop": ("local-jump", lambda c: patched(c, [c[n * 3 // 5] for n in range(len(c))])),
    "a frame of elsewhere at the end": ("jump", lambda c: [*c[:-1], c[20]]),
    "two of elsewhere at the beginning": ("jump", lambda c: c[30:32] + c[2:]),
    "three of elsewhere more": ("jump", lambda c: c + c[20:23]),
    "brighter": ("exposure-step", lambda c: ramped(c, 0.3)),
    "darker": ("exposure-step", lambda c: ramped(c, -0.2)),
    "warmer": ("color-step", lambda c: ramped(c, 0, (1.15, 1, 0.87))),
    "slowing down": ("speed-change", lambda c: c[:54:3] + c[54:]),
    "one frame": ("frozen", lambda c: [c[0]] * 24),
    "one frame with grain": ("frozen", lambda c: noisy([c[0]] * 24)),
}  # fmt: skip


@pytest.mark.parametrize("how", SEAMLESS)
def test_a_loop_is_seamless(loop: Clip, how: str) -> None:
    found = judged(SEAMLESS[how](loop))
    assert found.verdict == "seamless", found
    assert found.score > 0.5
    assert found.frames == ()
    assert found.mend is None


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_loop_is_named(loop: Clip, how: str) -> None:
    verdict, spoil = BROKEN[how]
    clip = spoil(loop)
    found = judged(clip)
    assert found.verdict == verdict, found
    assert found.score < 0.5
    assert all(0 <= frame < len(clip) for frame in found.frames)


@pytest.mark.parametrize(
    ("times", "verdict"),
    [
        (range(48), "seamless"),
        ([*range(48), 0], "duplicate-end"),
        ([*range(48), 47], "duplicate-end"),
        ([0, *range(48)], "duplicate-end"),
        (range(47), "jump"),
        (range(45), "exposure-step"),
    ],
    ids=["as it is", "first again", "last stands", "first stands", "one missing", "three missing"],
)
def test_light_that_breathes_under_grain_is_judged_by_its_course(
    times: Iterable[int], verdict: str
) -> None:
    assert judged(breathing(48, times)).verdict == verdict


@pytest.mark.parametrize(("again", "verdict"), [([0], "duplicate-end"), ([], "seamless")])
def test_light_that_drowns_in_grain_is_judged_by_a_second_of_it(
    again: list[int], verdict: str
) -> None:
    assert judged(breathing(72, [*range(72), *again], 0.03)).verdict == verdict


@pytest.mark.parametrize("again", [0, 1, 2, 3])
def test_frames_that_repeat_are_told_under_a_codec(tmp_path: Path, loop: Clip, again: int) -> None:
    found = judge_seam(coded(tmp_path, loop[::2] + loop[: 2 * again : 2]), SeamLimits())
    assert found.verdict == ("duplicate-end" if again else "seamless"), found
    assert found.mend is None or (found.mend.drop, found.mend.frames) == ("last", again)


@pytest.mark.parametrize(
    ("verdict", "stops", "tint", "missing"),
    [
        ("exposure-step", 0.5, (1, 1, 1), 0),
        ("color-step", 0.0, (1.19, 1, 0.84), 0),
        ("jump", 0.5, (1, 1, 1), 3),
    ],
)
def test_a_grade_is_told_from_a_jump_under_a_codec(
    tmp_path: Path, verdict: str, stops: float, tint: tuple[float, float, float], missing: int
) -> None:
    scene = Scene(seed=0, size=(192, 108), frames=48, loop=True)
    clip = ramped([render(scene, (n + 8) % 48) for n in range(48)], stops, tint)
    found = judge_seam(coded(tmp_path, clip[: 48 - missing]), SeamLimits())
    assert found.verdict == verdict, found


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".avif"])
@pytest.mark.parametrize("pause", [40, 400])
def test_an_animation_is_judged_as_it_is_shown(
    tmp_path: Path, loop: Clip, suffix: str, pause: int
) -> None:
    codes = [(np.clip(p, 0, 1) ** (1 / 2.4) * 255 + 0.5).astype(np.uint8) for p in loop[::3]]
    first, *others = (Image.fromarray(code) for code in codes)
    lengths = [40] * len(others) + [pause]
    quality: dict[str, Any] = {} if suffix == ".gif" else {"quality": 90}
    path = tmp_path / f"a{suffix}"
    first.save(path, save_all=True, append_images=others, duration=lengths, loop=0, **quality)
    assert ap.seam(path).verdict == ("seamless" if pause == 40 else "duplicate-end")


def test_an_end_frame_that_stands_is_dropped_at_its_own_end(loop: Clip) -> None:
    last, first = judged([*loop, loop[-1]]), judged([loop[0], *loop])
    assert (last.frames, first.frames) == ((COUNT,), (0,))
    assert last.mend is not None
    assert first.mend is not None
    assert (last.mend.drop, first.mend.drop) == ("last", "first")


@pytest.mark.parametrize("frames", [4, 6])
def test_a_clip_that_was_faded_into_itself_is_ghosted(travel: Clip, frames: int) -> None:
    found = judged(faded(travel, frames))
    assert found.verdict == "ghosted", found
    assert set(found.frames) & set(range(frames))
    assert found.score < 0.5


def test_a_fade_between_two_lights_is_no_step_of_exposure(travel: Clip) -> None:
    found = judged(faded(ramped(travel, 0.7), 6))
    assert found.verdict == "ghosted", found


def test_a_step_is_named_by_what_is_seen_of_it(loop: Clip) -> None:
    motion = motion_of(ramped(loop, 0.06))
    fade = Mixture(frame=0, reach=3, share=0.5, left=0.2, dip=0.3, apart=6.0, usual=2.0)
    assert judge_seam(motion, SeamLimits()).verdict == "exposure-step"
    faded = judge_seam(motion.model_copy(update={"mixtures": (fade,)}), SeamLimits())
    assert faded.verdict == "ghosted"


@pytest.mark.parametrize(("cast", "verdict"), [(0.6, "color-step"), (0.1, "seamless")])
def test_color_that_only_lit_places_have_steps_as_well(
    loop: Clip, cast: float, verdict: str
) -> None:
    motion = motion_of(loop)
    seam = motion.seam.model_copy(update={"tint": 0.0, "cast": (cast, 0.0)})
    steps = (seam, *motion.steps[1:])
    assert judge_seam(motion.model_copy(update={"steps": steps}), SeamLimits()).verdict == verdict


def test_light_that_breathes_does_not_step(loop: Clip) -> None:
    waves = [0.8 * math.sin(2 * math.pi * n / COUNT) for n in range(COUNT)]
    found = judged([p * np.float32(2.0**stops) for p, stops in zip(loop, waves, strict=True)])
    assert found.verdict == "seamless", found


@pytest.mark.parametrize("crf", [16, 26])
def test_a_still_picture_under_coded_grain_is_no_loop(tmp_path: Path, loop: Clip, crf: int) -> None:
    codes = [
        (p.clip(0, 1) ** (1 / 2.4) * 255 + 0.5).astype(np.uint8) for p in noisy([loop[0]] * 30)
    ]
    motion = measure_movie(movie(tmp_path / "a.mp4", codes, crf=crf)).motion
    assert motion is not None
    assert judge_seam(motion, SeamLimits()).verdict == "frozen"


def test_the_score_tells_how_near_a_loop_comes_to_a_fault(loop: Clip) -> None:
    motion = motion_of(loop)
    fade = Mixture(frame=0, reach=3, share=0.5, left=0.2, dip=0.026, apart=6.0, usual=2.0)
    clear = judge_seam(motion, SeamLimits())
    near = judge_seam(motion.model_copy(update={"mixture": fade}), SeamLimits())
    assert (clear.verdict, near.verdict) == ("seamless", "seamless")
    assert near.score < 0.6 < clear.score


def test_a_region_that_jumps_alone_is_named_in_pixels(loop: Clip) -> None:
    clip = patched(loop, [loop[n * 3 // 5] for n in range(len(loop))])
    motion = motion_of(clip)
    found = judge_seam(motion, SeamLimits(), (1920, 1080))
    assert found.verdict == "local-jump"
    assert found.box is not None
    left, top, width, height = found.box
    assert 80 - 120 <= left < left + width <= 560 + 120
    assert 80 - 120 <= top < top + height <= 350 + 120
    assert f"{width}x{height} pixels from {left},{top}" in found.reason
    ordered = {"loop": True}
    (breach,) = breaches("seam.local", sequence(COUNT, motion=motion), order=ordered)
    assert "pixels from" in breach.message
    assert breaches("seam.jump", sequence(COUNT, motion=motion), order=ordered) == []
    whole = sequence(COUNT, motion=motion_of(loop))
    assert breaches("seam.local", whole, order=ordered) == []
    assert breaches("seam.ghost", whole, order=ordered) == []


@pytest.mark.parametrize(("inside", "verdict"), [(8.0, "local-jump"), (4.5, "jump")])
def test_a_region_that_plainly_jumps_alone_may_lead_the_picture_far(
    loop: Clip, inside: float, verdict: str
) -> None:
    spot = Spot(box=(0.2, 0.3, 0.4, 0.4), inside=inside, outside=1.1)
    found = judge_seam(motion_of(loop[:-5]).model_copy(update={"spot": spot}), SeamLimits())
    assert found.verdict == verdict, found
    assert found.figures.spans is not None
    assert found.figures.spans > 4


def test_the_ghost_check_finds_a_fade(travel: Clip) -> None:
    clip = faded(travel, 6)
    (breach,) = breaches(
        "seam.ghost", sequence(len(clip), motion=motion_of(clip)), order={"loop": True}
    )
    assert "cross-fade" in breach.message
    assert breach.frames


def test_a_step_that_only_the_course_of_the_pictures_tells_is_a_jump(loop: Clip) -> None:
    gap = Gap(whole=1.0, mean=3.0, worst=1.0)
    found = judge_seam(motion_of(loop).model_copy(update={"gap": gap}), SeamLimits())
    assert found.verdict == "jump"
    assert "3.0 times as far as anywhere inside" in found.reason
    wider = judge_seam(motion_of(loop).model_copy(update={"gap": gap}), SeamLimits(gap=4))
    assert wider.verdict == "seamless"
    assert wider.score < judged(loop).score


def test_a_report_of_before_is_judged_without_what_it_lacks(loop: Clip) -> None:
    lacking = {"spot": None, "mixtures": (), "wander": None, "mirror": None, "gap": None}
    for clip, verdict in (
        (loop[:-3], "jump"),
        (loop, "seamless"),
        ([*loop, loop[0]], "duplicate-end"),
    ):
        motion = motion_of(clip).model_copy(update=lacking)
        of_before = {"busy": None, "heading": None}
        steps = tuple(step.model_copy(update=of_before) for step in motion.steps)
        assert (
            judge_seam(motion.model_copy(update={"steps": steps}), SeamLimits()).verdict == verdict
        )


@pytest.mark.parametrize("cadence", [(1,), (2,), (3,), (2, 3)])
def test_a_clip_that_goes_elsewhere_jumps(travel: Clip, cadence: tuple[int, ...]) -> None:
    assert judged(held(travel, *cadence)).verdict == "jump"


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_mend_of_a_repeated_beginning_restores_the_loop(loop: Clip, count: int) -> None:
    clip = loop + loop[:count]
    mend = judged(clip).mend
    assert mend is not None
    assert (mend.drop, mend.frames) == ("last", count)
    assert judged(clip[: -mend.frames]).verdict == "seamless"


def test_the_mend_of_a_jump_is_the_fewest_frames_that_close_it(loop: Clip, travel: Clip) -> None:
    clip = loop + loop[20:24]
    found = judged(clip)
    assert found.verdict == "jump"
    assert found.mend is not None
    assert (found.mend.drop, found.mend.frames) == ("last", 4)
    assert judged(travel).mend is None


def test_the_figures_say_how_far_the_seam_is(loop: Clip) -> None:
    spans = [judged(loop[: COUNT - missing]).figures.spans for missing in (0, 1, 2, 3)]
    assert spans == pytest.approx([1, 2, 3, 4], abs=0.5)
    assert judged(ramped(loop, -0.3)).figures.stops == pytest.approx(0.3, abs=0.05)


def test_a_hidden_cut_is_found_at_its_place(loop: Clip) -> None:
    clip = loop[:-19] + loop[-1:]
    found = judged(clip)
    assert found.frames == (len(clip) - 2, len(clip) - 1)
    assert "close to it" in found.reason


def test_a_wider_limit_lets_a_small_jump_pass(loop: Clip) -> None:
    motion = motion_of(loop[:-1])
    assert judge_seam(motion, SeamLimits(jump=20)).verdict == "seamless"


def test_a_clip_of_two_frames_has_the_same_step_twice(travel: Clip) -> None:
    assert judged(travel[:2]).verdict == "seamless"


def test_the_checks_name_the_frames_by_their_numbers(loop: Clip) -> None:
    ordered = {"loop": True}
    whole, broken = motion_of(loop), motion_of(loop[:-3])
    assert breaches("seam.jump", sequence(COUNT, motion=whole), order=ordered) == []
    (found,) = breaches("seam.jump", sequence(COUNT - 3, motion=broken), order=ordered)
    assert found.frames == (1000 + COUNT - 3, 1001)
    assert isinstance(found.measured, float)
    assert found.measured < 0.5
    assert breaches("seam.frozen", sequence(COUNT - 3, motion=broken), order=ordered) == []


def test_a_verdict_reads_as_text(loop: Clip) -> None:
    lines = seam_to_text("a.mp4", judged([*loop, loop[0]])).splitlines()
    assert lines[0].startswith("a.mp4: duplicate-end, score 0.")
    assert any(f"frames     {COUNT} of the clip" in line for line in lines)
    assert any("drop the last frame" in line for line in lines)
    assert len(seam_to_text("a.mp4", judged(loop)).splitlines()) == 4


def test_every_labelled_clip_is_judged_right(shared: Path) -> None:
    """All of them, the traps too."""
    with (shared / "loops" / "LOOPS.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    wrong = {
        row["file"]: row["label"]
        for row in rows
        if (ap.seam(shared / row["file"]).verdict == "seamless") != (row["truth"] == "loop")
    }
    assert wrong == {}
