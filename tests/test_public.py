"""The public names: sorted, importable, documented, and cheap until they are used."""

import subprocess
import sys
from pathlib import Path

import answerprint as ap


def test_the_names_are_sorted_and_real() -> None:
    assert ap.__all__ == sorted(ap.__all__)
    for name in ap.__all__:
        assert getattr(ap, name) is not None


def test_every_public_name_is_documented() -> None:
    for name in ap.__all__:
        if name != "__version__":
            assert getattr(ap, name).__doc__, name


def test_a_name_is_itself_whatever_was_imported_before() -> None:
    import answerprint.deliverables.mux
    import answerprint.ingest.unpack  # noqa: F401

    assert callable(ap.mux)
    assert callable(ap.unpack)
    assert callable(ap.seam)


def test_importing_the_package_imports_nothing_that_decodes() -> None:
    script = "import sys, answerprint; print([m for m in ('cv2', 'OpenEXR', 'av', 'numpy', 'pydantic') if m in sys.modules])"
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(ap, "nonsense")


def test_a_report_is_written_in_every_format(tmp_path: Path) -> None:
    (report,) = ap.check(tmp_path / "gone")
    assert ap.to_text(report).startswith("gone: COULD NOT BE DONE\n")
    for write in (ap.to_json, ap.to_jsonl, ap.to_junit):
        assert "no such file or folder" in write([report])
