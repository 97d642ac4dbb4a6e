"""Errors that are found in the shared media and are there, as looked at by eye: clip and id, and what is seen."""

from typing import Final

NOT_YET_FOUND: Final[dict[str, str]] = {}
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
