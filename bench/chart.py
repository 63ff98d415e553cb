"""A bar chart as SVG, readable on light and dark pages."""

from xml.sax.saxutils import escape

ROW, LEFT, WIDTH = 34, 220, 640


def bars(title: str, values: dict[str, float]) -> str:
    """One bar for each value; 1.0 is the full width."""
    height = ROW * (len(values) + 1) + 16
    rows = []
    for number, (name, value) in enumerate(values.items(), 1):
        top, length = number * ROW, max(1, value * (WIDTH - LEFT - 70))
        rows += [
            f'<text x="{LEFT - 10}" y="{top + 17}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="24" rx="3"/>',
            f'<text x="{LEFT + length + 8:.1f}" y="{top + 17}">{value:.3f}</text>',
        ]
    style = (
        "text{font:14px sans-serif;fill:#1c2733}rect{fill:#2f6fb0}"
        "@media(prefers-color-scheme:dark){text{fill:#e4e9ef}rect{fill:#78aee6}}"
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{escape(title)}</title><style>{style}</style>",
            f'<text x="10" y="20" font-weight="bold">{escape(title)}</text>',
            *rows,
            "</svg>\n",
        ]
    )
