"""Jekyll's article files: front matter ↔ dataclass, and what their names mean.

Pure: nothing here knows our models. Sources: Jekyll's documentation (Front Matter, Posts, Permalinks) and,
where it is silent, what Jekyll 4.3 does (`document.rb`, `utils.rb`, `drops/url_drop.rb`).

Keys of an article that mean something here; every other key is kept and given back as it came:

| key | meaning |
|---|---|
| `title` | required; an empty one is replaced by the first heading |
| `date` | without an offset: the site's time zone; missing: the date of the file name, midnight |
| `categories`, `tags` | a list, or a text: separated by commas (, 、 ，), else by white space |
| `category`, `tag` | one name, before the others. The first category is the post's |
| `author` | a name, or a list or mapping that holds it |
| `excerpt`, `description`, `canonical_url`, `reading_time` | as they are |
| `image` | path under the site folder, or a mapping with `path` and `alt` |
| `image_alt`, `image_credit` | of the cover, where the picture has none yet |
| `robots` | holds `noindex`: hidden from search engines |
| `sitemap: false` | not in the sitemap |
| `last_modified_at`, `expires_at`, `created_at` | moments, written like `date` |
| `featured: true`, `pillar: true` | flags |
| `pillar_article`, `related_articles` | file names without extension, alone or as `slug` of a mapping |
| `published: false` | a draft |
| `status` | `draft`, `in_review`, `published`, `withdrawn`; it overrules `published` and the folder |
| `slug` | the last part of the address, put through Jekyll's rule for `:title` |
| `permalink` | the address, where it has the site's form and the date of the post; else an old address |
| `redirect_from` | old addresses, a text or a list |
| `corrections` | a list of mappings with `date`, `text` and `kind` (`correction`, `addition`, `update`) |
| `guid` | the identity that feed readers know; missing: the address |

Of these, `status`, `expires_at`, `created_at`, `guid`, `featured`, `image_alt`, `image_credit` and
`corrections` are ours.
"""

from blog.jekyll.documents import MAX_BODY_BYTES, BadFileError, Document, decode, load_yaml, split
from blog.jekyll.editing import dump_yaml, edit_yaml
from blog.jekyll.front_matter import FrontMatter, Note, Status, reference_slug
from blog.jekyll.moments import format_moment, parse_moment
from blog.jekyll.names import (
    DRAFTS,
    POSTS,
    FileName,
    address_date,
    article_path,
    derived_guid,
    file_aliases,
    is_markdown,
    parse_name,
    stand_in_title,
    title_slug,
)
from blog.jekyll.paths import picture_path
from blog.jekyll.reading import read

__all__ = [
    "DRAFTS",
    "MAX_BODY_BYTES",
    "POSTS",
    "BadFileError",
    "Document",
    "FileName",
    "FrontMatter",
    "Note",
    "Status",
    "address_date",
    "article_path",
    "decode",
    "derived_guid",
    "dump_yaml",
    "edit_yaml",
    "file_aliases",
    "format_moment",
    "is_markdown",
    "load_yaml",
    "parse_moment",
    "parse_name",
    "picture_path",
    "read",
    "reference_slug",
    "split",
    "stand_in_title",
    "title_slug",
]
