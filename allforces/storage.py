"""Static files for production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Compressed and named by content, the modules that a script imports included."""

    support_js_module_import_aggregation = True
