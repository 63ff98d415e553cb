"""The same pages as anybody would write them first: generic views, Django's paginator, a query for each thing.

The models, their indexes and the rule of visibility are ours; so is what a page says.
"""

from django.conf import settings
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.views.generic import DetailView, ListView

from blog import structured_data
from blog.addresses import absolute_url
from blog.models import Category, Page, Post, Tag
from blog.views.head import Feed, Head, SharePicture
from blog.views.posts import contents, post_description
from blog.views.sharing import share_links


class Surroundings:
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        used = Post.objects.public().values("category")
        context |= {"categories": Category.objects.filter(pk__in=used), "pages": Page.objects.public()}
        return context | {"head": self.get_head(context)}


class ListOfPosts(Surroundings, ListView):
    context_object_name = "posts"
    paginate_by = 10
    paginator_class = Paginator
    template_name = "blog/post_list.html"
    feed = None

    def public(self):
        posts = Post.objects.public().select_related("category", "author", "cover")
        return posts.prefetch_related("tags").order_by("-published_at", "-pk")

    def get_queryset(self):
        return self.public()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        page = context["page_obj"]
        return context | {
            "feed": self.feed,
            "page_links": [
                {"number": n, "path": self.page_path(n)} if isinstance(n, int) else None
                for n in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
            ],
            "newer_path": page.has_previous() and self.page_path(page.previous_page_number()),
            "older_path": page.has_next() and self.page_path(page.next_page_number()),
        }

    def page_path(self, number):
        return f"{self.base()}page/{number}/" if number > 1 else self.base()

    def base(self):
        return "/"

    def get_head(self, context):
        return Head(
            title=context.get("heading", settings.SITE_NAME),
            description=settings.SITE_DESCRIPTION,
            url=absolute_url(self.page_path(context["page_obj"].number)),
            feed=self.feed,
            things=(structured_data.website(), structured_data.organization()),
        )


class HomeView(ListOfPosts):
    def get_template_names(self):
        return ["blog/post_list.html" if "page" in self.kwargs else "blog/home.html"]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if "page" in self.kwargs:
            return context
        posts = list(context["posts"])
        lead = self.public().filter(featured=True).first() or (posts[0] if posts else None)
        below = [post for post in posts if post != lead]
        shown = [post.pk for post in posts]
        sections = [
            (category, list(self.public().filter(category=category).exclude(pk__in=shown)[:3]))
            for category in Category.objects.all()
        ]
        return context | {
            "lead": lead,
            "headlines": below[:3],
            "cards": below[3:],
            "sections": [(category, posts) for category, posts in sections if posts],
        }


class SubjectView(ListOfPosts):
    model = None

    def get_queryset(self):
        self.subject = get_object_or_404(self.model, slug=self.kwargs["slug"])
        self.feed = Feed.of(self.subject)
        return self.of_subject(self.public())

    def base(self):
        return self.subject.get_absolute_url()

    def get_context_data(self, **kwargs):
        more = {
            "subject": self.subject,
            "heading": self.subject.name,
            "hide_category": self.model is Category,
        }
        return super().get_context_data(**more, **kwargs)


class CategoryView(SubjectView):
    model = Category

    def of_subject(self, posts):
        return posts.filter(category=self.subject)


class TagView(SubjectView):
    model = Tag

    def of_subject(self, posts):
        return posts.filter(tags=self.subject)


class MonthView(ListOfPosts):
    def get_queryset(self):
        year, month = self.kwargs["year"], self.kwargs["month"]
        return self.public().filter(published_on__year=year, published_on__month=month)

    def base(self):
        return f"/{self.kwargs['year']}/{self.kwargs['month']:02}/"


class PostView(Surroundings, DetailView):
    context_object_name = "post"
    template_name = "blog/post_detail.html"

    def get_object(self, queryset=None):
        posts = Post.objects.public().select_related("category", "author", "cover", "pillar")
        return get_object_or_404(
            posts.prefetch_related("tags", "corrections", "related"),
            published_on__year=self.kwargs["year"],
            published_on__month=self.kwargs["month"],
            published_on__day=self.kwargs["day"],
            slug=self.kwargs["slug"],
        )

    def get_context_data(self, **kwargs):
        post, public = self.object, Post.objects.public().select_related("category", "author", "cover")
        related = [other for other in post.related.all() if other.is_public]
        of_category = (
            public.filter(category=post.category).exclude(pk=post.pk).order_by("-published_at", "-pk")
        )
        return super().get_context_data(
            description=post_description(post),
            tags=post.tags.all(),
            corrections=post.corrections.all(),
            pillar=post.pillar,
            contents=contents(post.toc),
            share_links=share_links(post.get_canonical_url(), post.title),
            related=(related + list(of_category[:4]))[:4],
            older=public.filter(published_at__lt=post.published_at).order_by("-published_at").first(),
            newer=public.filter(published_at__gt=post.published_at).order_by("published_at").first(),
            **kwargs,
        )

    def get_head(self, context):
        post = self.object
        names = [tag.name for tag in context["tags"]]
        return Head(
            title=post.title,
            description=context["description"],
            url=post.get_canonical_url(),
            picture=SharePicture.of(post.cover),
            kind="article",
            feed=Feed.of(post.category),
            trail=(
                (post.category.name, post.category.get_absolute_url()),
                (post.title, post.get_absolute_url()),
            ),
            things=(
                structured_data.news_article(post, context["description"], names, context["corrections"]),
            ),
        )
