from itertools import product

import pytest
from django.template import Context, Template
from django.utils.translation import override

from tests.factories import make_image, make_post, tokyo

pytestmark = pytest.mark.django_db

INCLUDED = '{% include "blog/_card.html" with shape=shape level=level brief=brief hide_category=hide %}'
CUT = "{% load stencils %}{% card post shape level=level brief=brief hide_category=hide %}"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_card_is_what_its_template_makes_of_the_post(media_root, language):
    posts = [
        make_post("<b>規制</b> & 'GPT-5'", excerpt='抜粋<script>"', category="A & B", cover=make_image()),
        make_post(
            excerpt="",
            category=None,
            author=None,
            slug="it's&that",
            published_at=tokyo(2025, 1, 2, 3, 4, 5, 6),
        ),
        make_post(given_reading_minutes=12, title="{{ x }} \ue000title\ue001"),
    ]
    with override(language):
        for post, shape, level, brief, hide in product(
            posts, ["lead", "headline", "row"], [2, 3], [True, False], [True, False]
        ):
            values = {"post": post, "shape": shape, "level": level, "brief": brief, "hide": hide}
            expected = Template(INCLUDED).render(Context(values))
            for _twice in range(2):
                assert Template(CUT).render(Context(values)) == expected


def test_the_page_says_whether_cards_name_their_category():
    context = {"post": make_post(category="技術"), "shape": "row", "level": 2, "hide_category": True}
    assert "技術" not in Template("{% load stencils %}{% card post shape %}").render(Context(context))


def test_stencils_are_cut_anew_with_debug(settings):
    unchanging = Template("{% load stencils %}{% unchanging %}{{ x }}{% endunchanging %}")
    assert unchanging.render(Context({"x": 1})) == "1"
    assert unchanging.render(Context({"x": 2})) == "1"
    settings.DEBUG = True
    assert unchanging.render(Context({"x": 3})) == "3"
