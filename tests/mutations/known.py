"""Errors that are found in the shared media and are there, as looked at by eye: clip and id, and what is seen."""

from typing import Final

NOT_YET_FOUND: Final[dict[str, str]] = {
    "picture.banding": "in HDR, and in EXR that is tinted, a staircase is still broken where channels step at other places",
    "light.clipped": "in 10 bits coding spreads a plateau over more levels than are counted as one",
    "light.crushed": "coded black lies on several levels, of which the lowest alone is counted",
    "light.white-level": "a clip by candle light holds nothing neutral to judge by",
    "seam.local": "a region that lags far behind is called a jump of the whole picture",
    "seam.ghost": "a loop closed by a cross-fade is called a step of exposure where its light differs",
    "seam.speed-change": "a loop that runs faster and faster is called a repeat where its beginning is slow",
}
"""Ids whose check does not find its strong defect everywhere as yet, and why; it is the check that mends, never the plant."""

KNOWN: Final[dict[tuple[str, str], str]] = {
    (
        "video/hdr10plus_tool/hdr10plus_regular.mkv",
        "picture.black",
    ): "every frame is black, a carrier of metadata",
    (
        "video/moviepy/doc_medias__example_mask.mp4",
        "picture.black",
    ): "a mask of nothing: every frame is black",
    (
        "video/moviepy/no_duration.webm",
        "picture.black",
    ): "codes 0 to 11 of 255 throughout: a screen that was off",
    (
        "video/mp4parse/video_colr_nclx_hdr10_full_range.mp4",
        "picture.black",
    ): "three black frames under color tags",
    (
        "video/mp4parse/video_colr_nclx_hlg.mp4",
        "picture.black",
    ): "three black frames under color tags",
}

FALSE_AS_YET: Final[dict[tuple[str, str], str]] = {}
"""Errors that are none, which a check has to lose."""
