from mergetui.ui.app import MergetuiApp
from mergetui.ui.pictures import render

from .fake_desk import FakeDesk


def test_pictures_repeat_and_link_no_fonts(tmp_path):
    pictures = []
    for name in ("one.svg", "two.svg"):
        render(lambda: MergetuiApp(FakeDesk()), (80, 24), ["enter", "j"], tmp_path / name)
        pictures.append((tmp_path / name).read_text(encoding="utf-8"))
    assert pictures[0] == pictures[1]
    assert "@font-face" not in pictures[0] and "url(http" not in pictures[0] and "href" not in pictures[0]
    assert "Francis" in pictures[0]
    assert ">&#160;" not in pictures[0]
