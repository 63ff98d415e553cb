"""The forms by which pictures come in, one at a time; pages and scripts use the same ones."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blog.admin.base import edit_link
from blog.media.pictures import EXTENSIONS, MAX_BYTES, UnusablePicture, prepare
from blog.models import Image

USUAL_LICENCES = (
    gettext_lazy("Own work"),
    gettext_lazy("Provided by the source, for press use"),
    gettext_lazy("Stock photo, licensed"),
    "CC BY 4.0",
    "CC BY-SA 4.0",
    "CC0 1.0",
    gettext_lazy("Public domain"),
    gettext_lazy("Quotation"),
)


class LicenceInput(forms.TextInput):
    """Free text, with the usual licences as suggestions."""

    template_name = "admin/licence_input.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{attrs['id']}_usual" if attrs and "id" in attrs else ""
        context["suggestions"] = USUAL_LICENCES
        return context


class PictureField(forms.FileField):
    """A file that is a picture by its bytes; everything that is uploaded by form goes through it.

    Its clean value is (bytes, PictureInfo, name), the bytes as the site keeps them.
    """

    widget = forms.FileInput(attrs={"accept": ",".join(f"image/{name.lower()}" for name in EXTENSIONS)})

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        try:
            if upload.size > MAX_BYTES:
                raise UnusablePicture(
                    _("The picture is larger than %(limit)d MB.") % {"limit": MAX_BYTES >> 20}
                )
            content = upload.read()
            self.existing = Image.objects.with_content(content)
            prepared = prepare(content)
        except UnusablePicture as refusal:
            raise ValidationError(str(refusal)) from refusal
        self.existing = self.existing or Image.objects.with_content(prepared[0])
        return *prepared, upload.name


FILE_HELP = gettext_lazy(
    "JPEG, PNG, WebP, GIF or AVIF, up to 20 MB. It is turned upright and scaled to at most "
    "2400 pixels; place and camera are removed."
)


class ImageForm(forms.ModelForm):
    class Meta:
        model = Image
        fields = ["alt", "credit", "licence", "notes"]
        widgets = {"licence": LicenceInput(attrs={"class": "vTextField"})}


class UploadForm(ImageForm):
    file = PictureField(label=gettext_lazy("file"), help_text=FILE_HELP)

    @property
    def existing(self) -> Image | None:
        """The picture that is here with the same bytes."""
        return self.fields["file"].existing

    def stored(self, user) -> Image:
        """The new row; or the one that is there already, completed by what it lacks."""
        names = [name for name in ("alt", "credit", "licence", "notes") if name in self.cleaned_data]
        texts = {name: self.cleaned_data[name] for name in names}
        if self.existing is None:
            image = Image.objects.store(*self.cleaned_data["file"], uploaded_by=user, **texts)
            if not image.thumbnail:
                image.make_thumbnail()
            return image
        for name, text in texts.items():
            if text and not getattr(self.existing, name):
                setattr(self.existing, name, text)
        self.existing.save(update_fields=list(texts))
        return self.existing


def takes_uploads(storage) -> bool:
    """Whether browsers may upload straight to it (blog/media/bucket.py)."""
    return getattr(storage, "is_direct", False)


class ReplaceForm(forms.Form):
    file = PictureField(label=gettext_lazy("new file"), help_text=FILE_HELP)

    def __init__(self, image: Image, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.image = image

    def clean_file(self):
        existing = self.fields["file"].existing
        if existing:
            raise ValidationError(self._refusal(existing))
        return self.cleaned_data["file"]

    def replace(self) -> bool:
        """False, with an error at the field, when somebody stored the same bytes in this moment."""
        try:
            with transaction.atomic():
                self.image.replace(*self.cleaned_data["file"])
        except IntegrityError:
            self.image.refresh_from_db()
            existing = Image.objects.with_content(self.cleaned_data["file"][0])
            if existing is None:
                raise
            self.add_error("file", self._refusal(existing))
            return False
        return True

    def _refusal(self, existing: Image):
        if existing == self.image:
            return _("This is the file that is here already.")
        return format_html(_("This picture is in the library already: {}"), edit_link(existing))
