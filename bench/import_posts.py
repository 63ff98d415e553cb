"""Speed and memory of an import: `python bench/import_posts.py [FOLDER …]`.

The import runs in a process of its own, with the settings of the project, into an empty SQLite database.
Without a folder, articles are made up: 1,000 of them, then 5,000, to see that memory does not grow with the
archive. The seconds are those from the first file read to the last row written, rendering included. The peak
is the resident set; SQLite's memory map is off for it, since its pages are the kernel's and count as ours.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1000, 5000)
PICTURE_EVERY = 4

PARAGRAPH = (
    "推論に使う電力をどう減らすかは、設備の計画を左右する。**「安い時間に回す」**という単純な工夫だけでも、"
    "夜間の余力を使えば費用は1割ほど下がる。もっとも、利用者が待てる時間には限りがあり、"
    "[需要の予測](https://example.jp/forecast)を誤れば元も子もない。現場では、まず測ることから始めている。"
)
SECTION = """## {title}

{paragraphs}

- 使う側が決めること：上限の金額、待てる時間、止める条件
- 作る側が決めること：記録の残し方、戻し方、`max_tokens` の既定値

| 項目 | 前年 | 今年 | 差 |
|------|-----:|-----:|---:|
| 台数 | 120 | 168 | +40% |
| 電力 | 3.1 | 3.4 | +10% |

```python
total = sum(row.watts * row.hours for row in rows)
```

> 数字は、測り方とともに示す。

"""


def make_articles(count: int, folder: Path) -> None:
    from PIL import Image

    posts, pictures = folder / "_posts", folder / "assets" / "images" / "posts"
    posts.mkdir(parents=True)
    pictures.mkdir(parents=True)
    body = "".join(
        SECTION.format(title=f"論点{number}　測ってから決める", paragraphs="\n\n".join([PARAGRAPH] * 6))
        for number in range(1, 6)
    )
    for number in range(count):
        day = f"20{20 + number // 336 % 80}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
        cover = ""
        if number % PICTURE_EVERY == 0:
            cover = f"image: /assets/images/posts/{number}.png\n"
            colour = (number % 256, number // 256, 128)
            Image.new("RGB", (1200, 630), colour).save(pictures / f"{number}.png")
        (posts / f"{day}-{number}-bench.md").write_text(
            f'---\ntitle: "推論の費用を測る 第{number}回"\ndate: {day} 12:00:00 +0900\n'
            f"categories: [技術解説]\ntags: [推論, 電力, 連載{number % 40}]\nauthor: 編集部\n{cover}"
            f"excerpt: 夜間の余力で費用はどこまで下がるか。\n---\n{body}",
            encoding="utf-8",
        )


def import_folders(folders: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "allforces.settings",
            "SECRET_KEY": "a-benchmark-needs-no-secret-at-all-only-its-length",
            "DATABASE_URL": f"sqlite:///{scratch}/bench.sqlite3",
            "MEDIA_ROOT": f"{scratch}/media",
        }
        sys.path.insert(0, str(ROOT))
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        from blog.importer import import_site
        from blog.models import Post

        call_command("migrate", verbosity=0)
        connection.cursor().execute("PRAGMA mmap_size=0")
        before = peak_megabytes()
        start = time.perf_counter()
        problems = sum(len(import_site(folder).problems) for folder in folders)
        seconds = time.perf_counter() - start
        count = Post.objects.count()
        sys.stdout.write(
            f"{count} posts in {seconds:.2f} s: {count / seconds:.0f} posts a second; memory peak "
            f"{peak_megabytes():.0f} MB ({before:.0f} MB before the import); problems in files: {problems}\n"
        )


def peak_megabytes() -> float:
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): bytes on macOS, kilobytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1_000_000


def in_own_process(*arguments) -> None:
    subprocess.run([sys.executable, __file__, *map(str, arguments)], check=True)  # noqa: S603


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "folders", nargs="*", type=Path, help="Jekyll sites; without any, articles are made up"
    )
    parser.add_argument("--make", type=int, metavar="COUNT", help=argparse.SUPPRESS)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        make_articles(options.make, options.folders[0])
    elif options.here:
        import_folders(options.folders)
    elif options.folders:
        in_own_process("--here", *options.folders)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            for size in SIZES:
                in_own_process("--make", size, Path(scratch) / str(size))
                in_own_process("--here", Path(scratch) / str(size))


if __name__ == "__main__":
    main()
