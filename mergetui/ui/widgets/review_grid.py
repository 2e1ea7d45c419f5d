"""The comparison: fields as rows, members as columns, one Line-API widget under a fixed head."""

from __future__ import annotations

from mergetui.records.views import ReviewRow, ReviewView
from mergetui.ui.layout import GridColumns, GridLine, follow, grid_columns, grid_lines, line_spans
from mergetui.ui.widgets.lines import LineList, Span


class ReviewGrid(LineList):
    """Shows a view. ``mark`` is the column that f, b and m apply to."""

    def __init__(self) -> None:
        super().__init__(ident="grid")
        self._view: ReviewView | None = None
        self._lines: list[GridLine] = []
        self._columns: GridColumns | None = None
        self.mark = 0
        self.only_differences = True

    @property
    def row(self) -> ReviewRow | None:
        """The row under the cursor."""
        return self._lines[self.cursor].row if self._lines else None

    @property
    def columns(self) -> GridColumns:
        width = self.scrollable_content_region.width or self.size.width or 80
        members = len(self._view.columns) if self._view is not None else 1
        made = self._columns
        if made is None or made.total != members or sum(made.members) + len(made.members) + made.label + 1 != width:
            made = grid_columns(width, members, made.first if made is not None else 0)
            self._columns = made
        return made

    def look_at(self, column: int) -> None:
        """Scroll sideways until a column is seen."""
        width = self.scrollable_content_region.width or self.size.width
        self._columns = follow(self.columns, width, column)
        self.refresh()

    def show_view(self, view: ReviewView, row_key: str | None = None) -> None:
        """Draw a view; the cursor stays on its row, or goes to ``row_key``."""
        before = row_key or (self.row.key if self.row is not None else None)
        self._view = view
        self._lines = grid_lines(view, self.only_differences)
        if row_key is not None and all(line.row is None or line.row.key != row_key for line in self._lines):
            self.only_differences = False  # the wanted row is folded
            self._lines = grid_lines(view, False)
        self.mark = min(self.mark, max(0, len(view.columns) - 1))
        cursor = next(
            (n for n, line in enumerate(self._lines) if line.row is not None and line.row.key == before), None
        )
        if cursor is None:
            cursor = next((n for n, line in enumerate(self._lines) if line.row is not None), 0)
        self.set_count(len(self._lines), cursor)

    def stops(self, index: int) -> bool:
        return self._lines[index].stops

    def spans(self, index: int, width: int) -> list[Span]:
        return line_spans(self._lines[index], self.columns, index == self.cursor)
