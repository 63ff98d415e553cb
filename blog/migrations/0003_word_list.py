"""A word list to begin with; the newsroom changes it at the desk."""

from django.db import migrations

WORDS = {
    "サーバー": "サーバ",
    "サーバーレス": "サーバレス",
    "ユーザー": "ユーザ",
    "コンピューター": "コンピュータ",
    "データセンター": "データセンタ\nデーターセンター",
    "プロバイダー": "プロバイダ",
    "ベンダー": "ベンダ",
    "プロセッサー": "プロセッサ",
    "アーキテクチャー": "アーキテクチャ",
    "インターフェース": "インターフェイス\nインタフェース",
    "ソフトウェア": "ソフトウエア",
    "ハードウェア": "ハードウエア",
    "シミュレーション": "シュミレーション",
    "生成AI": "生成ＡＩ\n生成Ai",
    "ChatGPT": "Chat GPT\nChatGpt\nchatGPT\nchatgpt",
    "OpenAI": "Open AI\nOpenAi\nopenAI\nOPENAI",
    "GitHub": "Github\nGITHUB",
    "NVIDIA": "Nvidia\nnVidia\nnVIDIA",
    "できる": "出来る",
    "ください": "下さい",
}


def fill_word_list(apps, schema_editor):
    spellings = apps.get_model("blog", "Spelling").objects.using(schema_editor.connection.alias)
    for preferred, variants in WORDS.items():
        spellings.get_or_create(preferred=preferred, defaults={"variants": variants})


class Migration(migrations.Migration):
    dependencies = [("blog", "0002_search_index")]

    operations = [migrations.RunPython(fill_word_list, migrations.RunPython.noop)]
