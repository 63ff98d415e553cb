"""The library's addresses beside those of every model: uploads, replacements, thumbnails, choices."""

from csp.decorators import csp_update
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from blog.admin.covers import picture_choice
from blog.admin.uploads import ReplaceForm, UploadForm, takes_uploads
from blog.audit import record
from blog.media.pictures import MAX_BYTES, UnusablePicture
from blog.models import Image

CHOICES_PER_PAGE = 30


class LibraryViews:
    """Mixed into the admin of images."""

    def get_urls(self):
        def guarded(view, **options):
            return self.admin_site.admin_view(view, **options)

        return [
            path(
                "<int:pk>/thumbnail/",
                guarded(self.thumbnail_view, cacheable=True),
                name="blog_image_thumbnail",
            ),
            path("<int:pk>/replace/", guarded(self.replace_view), name="blog_image_replace"),
            path("upload/", guarded(self.upload_view), name="blog_image_upload"),
            path("upload/offer/", guarded(self.offer_view), name="blog_image_offer"),
            path("choices/", guarded(self.choices_view), name="blog_image_choices"),
            *super().get_urls(),
        ]

    def thumbnail_view(self, request, pk):
        """The stored thumbnail; made at the first call for pictures that came by import."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        image = get_object_or_404(Image, pk=pk)
        try:
            if not image.thumbnail:
                image.make_thumbnail()
            with image.thumbnail.open("rb") as file:
                content = file.read()
        except (FileNotFoundError, UnusablePicture) as error:
            raise Http404 from error
        response = HttpResponse(content, content_type="image/webp")
        response["Cache-Control"] = "private, max-age=86400"
        return response

    def upload_view(self, request):
        """GET is the page for several files at once; POST takes one of them and answers as JSON.

        The file comes with the request, or went straight to the bucket before, as `offer_view` said.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._upload_page(request)
        try:
            files = request.FILES
            if "token" in request.POST and takes_uploads(default_storage):
                files = {"file": default_storage.received(request.user, request.POST["token"])}
        except UnusablePicture as refusal:
            return JsonResponse({"file": [str(refusal)]}, status=400)
        form = UploadForm(request.POST, files)
        if not form.is_valid():
            return JsonResponse(form.errors, status=400)
        image = form.stored(request.user)
        if not form.existing:
            self.log_addition(request, image, [{"added": {}}])
        return JsonResponse(picture_choice(image) | {"existing": bool(form.existing)})

    def _upload_page(self, request):
        direct = takes_uploads(default_storage)
        page = (
            csp_update({"connect-src": [default_storage.endpoint_url]})(self._page) if direct else self._page
        )
        title = _("Add images")
        return page(request, "upload", title, form=UploadForm(), max_bytes=MAX_BYTES, direct=direct)

    def offer_view(self, request):
        """Where in the bucket the browser may put a file of this name and size, as JSON."""
        if not (self.has_add_permission(request) and takes_uploads(default_storage)):
            raise PermissionDenied
        name, size = request.POST.get("name", "")[:255], request.POST.get("size", "")
        try:
            offer = default_storage.offer(request.user, name, int(size[:12]) if size.isdecimal() else 0)
        except UnusablePicture as refusal:
            return JsonResponse({"file": [str(refusal)]}, status=400)
        return JsonResponse(offer)

    def choices_view(self, request):
        """A page of the library for the dialog that chooses a cover, the newest first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        images = Image.objects.search(request.GET.get("q", "").replace("\0", "")[:200])
        page = Paginator(images, CHOICES_PER_PAGE).get_page(request.GET.get("page"))
        results = [picture_choice(image) for image in page]
        return JsonResponse({"results": results, "next": page.has_next() and page.next_page_number()})

    def replace_view(self, request, pk):
        image = get_object_or_404(Image, pk=pk)
        if not self.has_change_permission(request, image):
            raise PermissionDenied
        form = ReplaceForm(image, request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and form.replace():
            record(request.user, "replaced", image)
            self.log_change(request, image, _("The file was replaced."))
            text = _("The file was replaced. Everything that shows the picture shows the new one.")
            self.message_user(request, text, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:blog_image_change", args=[image.pk]))
        title = _("Replace the file of “%(name)s”") % {"name": image}
        return self._page(request, "replace", title, form=form, original=image, uses=self.uses(image))

    def _page(self, request, name: str, title: str, **context):
        context |= {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, f"admin/blog/image/{name}.html", context | {"media": self.media})
