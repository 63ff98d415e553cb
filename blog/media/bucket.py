"""Pictures in a bucket that speaks S3 (MEDIA_BUCKET_URL), which all machines share.

Readers get them from /media/… as ever: the bucket is private, no page names it, and a picture of a post
that is not public stays as hard to guess as its digest. In front of the app a proxy keeps what was read.
"""

import secrets

from botocore.config import Config
from botocore.exceptions import ClientError
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.encoding import filepath_to_uri
from django.utils.translation import gettext as _
from storages.backends.s3 import S3Storage

from blog.media.pictures import MAX_BYTES, UnusablePicture

INCOMING = "incoming/"  # beside the pictures' folder: nothing in it is ever served
SECONDS_TO_UPLOAD = 15 * 60
SECONDS_TO_CONFIRM = 60 * 60
_SALT = "blog.media.bucket"


class Bucket(S3Storage):
    def __init__(self, *, direct: bool = False, **options):
        self.is_direct = direct  # whether browsers reach the bucket, to upload to it
        config = Config(
            s3={"addressing_style": "path"},
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=20,
            retries={"total_max_attempts": 3},
            # Checksums in trailers are newer than many buckets.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=config, file_overwrite=False, default_acl=None, **options)

    def url(self, name, **_options) -> str:
        return settings.MEDIA_URL + filepath_to_uri(name).lstrip("/")

    @property
    def _client(self):
        return self.connection.meta.client

    def offer(self, user, name: str, size: int) -> dict:
        """An address that takes one PUT of exactly so many bytes, and the token that `received` asks for.

        Raises UnusablePicture for what is too large.
        """
        if not 0 < size <= MAX_BYTES:
            raise UnusablePicture(_("The picture is larger than %(limit)d MB.") % {"limit": MAX_BYTES >> 20})
        key = INCOMING + secrets.token_urlsafe(32)
        address = self._client.generate_presigned_url(
            "put_object",
            {"Bucket": self.bucket_name, "Key": key, "ContentLength": size},
            ExpiresIn=SECONDS_TO_UPLOAD,
        )
        return {"address": address, "token": signing.dumps([key, user.pk, name], salt=_SALT)}

    def received(self, user, token: str) -> SimpleUploadedFile:
        """What this user has uploaded, out of the bucket again, to be checked as any upload is.

        Raises UnusablePicture. Nothing of it has been believed so far, its size included.
        """
        try:
            key, owner, name = signing.loads(token, salt=_SALT, max_age=SECONDS_TO_CONFIRM)
        except signing.BadSignature as error:
            raise UnusablePicture(_("The upload has expired. Please upload the file again.")) from error
        if owner != user.pk:
            raise UnusablePicture(_("The upload has expired. Please upload the file again."))
        place = {"Bucket": self.bucket_name, "Key": key}
        try:
            body = self._client.get_object(**place)["Body"]
            content = body.read(MAX_BYTES + 1)
            body.close()
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchKey":
                raise
            reason = _("The file did not arrive in the storage. Please upload it again.")
            raise UnusablePicture(reason) from error
        self._client.delete_object(**place)
        return SimpleUploadedFile(name, content)
