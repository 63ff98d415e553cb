"""Made-up Japanese articles, varied as a benchmark of search needs: few words are in all, most are in few."""

import random

NOUNS = """
人工知能 生成AI 半導体 推論 学習 電力 投資 規制 企業 市場 技術 開発 導入 活用 業務
効率 費用 人材 教育 医療 製造 金融 物流 行政 著作権 個人情報 監査 契約 調達 設備 冷却
演算 基盤 模型 評価 検証 実験 研究 論文 特許 標準 安全 倫理 透明性 説明 責任 雇用
賃金 株価 決算 予算 資金 買収 提携 上場 競争 戦略 計画 需要 供給 価格 性能 精度 速度
品質 信頼 障害 復旧 運用 保守 画像 音声 動画 文章 翻訳 要約 検索 対話 分類 予測
最適化 自動化 可視化 標準化 高度化 効率化 量子計算 自動運転 遠隔医療 創薬 気候 農業 漁業
観光 小売 飲食 不動産 建設 鉄道 航空 宇宙 防衛 警備 保険 証券 銀行 年金 税制 法案
議会 省庁 自治体 大学 高校 データセンター サーバー クラウド エージェント モデル チップ
メモリ ネットワーク セキュリティ プラットフォーム アルゴリズム パラメータ ベンチマーク
ロボット センサー カメラ スマートフォン アプリ サービス ユーザー ライセンス オープンソース
スタートアップ ディープラーニング ファインチューニング プロンプト トークン ベクトル インフラ
ガイドライン ロードマップ コンプライアンス
""".split()  # noqa: SIM905
NAMES = """
AI GPU LLM RAG API OpenAI Anthropic NVIDIA Google
Microsoft Meta Amazon Apple Tesla AMD Intel TSMC
Samsung GPT-5 GPT-4o Claude Gemini Llama
o1-preview Grok Mistral DeepSeek Qwen Copilot
ChatGPT Kubernetes Python Rust CUDA HBM PCIe
""".split()  # noqa: SIM905
VERBS = """
進める 見直す 支える 広げる 抑える 高める 測る 比べる 選ぶ 試す 決める 担う 促す 迫る
問う 示す 競う 補う 守る 育てる 活かす 減らす 増やす 変える 始める 続ける 止める 超える
下回る 上回る
""".split()  # noqa: SIM905
PATTERNS = (
    "{0}の{1}を{v}ために、{2}と{3}の両方から見ていく。",
    "{0}が{1}に与える影響は、{2}の現場で{v}ほど大きい。",
    "{n}は{0}の{1}について、{d}億円を{2}に投じると発表した。",
    "もっとも、{0}だけでは{1}は進まない。{2}を{v}仕組みが要る。",
    "{d}年までに{0}は{d2}%増え、{1}の{2}を{v}と見られている。",
    "「{0}と{1}を{v}」と担当者は話し、{n}を使った{2}に期待を寄せる。",
    "問題は{0}である。{1}、{2}、{3}のどれを{v}のか、答えは一つではない。",
)
KANJI = "新再高低長短多少強弱早遅明暗広狭深浅重軽東西南北春夏秋冬山川海空森林石金銀銅鉄紙布糸米麦豆茶酒塩油"


class Writer:
    """Writes articles, the same ones for the same seed."""

    def __init__(self, seed: int = 1):
        self.random = random.Random(seed)  # noqa: S311
        compounds = [a + b for a in KANJI for b in KANJI if a != b]
        self.random.shuffle(compounds)
        self.words = [*NOUNS, *(a + b for a in NOUNS[:90] for b in NOUNS[:40]), *compounds]
        # Zipf's law: the word of rank n is as frequent as 1/n.
        self.weights = []
        total = 0.0
        for rank in range(len(self.words)):
            total += 1 / (rank + 2)
            self.weights.append(total)

    def title(self, number: int) -> str:
        a, b, c = self._words(3)
        name = self.random.choice(NAMES)
        return f"{name}が{a}の{b}を{self.random.choice(VERBS)}：{c}から読む第{number}回"

    def text(self, size: int) -> str:
        """About `size` bytes of UTF-8."""
        paragraphs, length = [], 0
        while length < size:
            paragraph = "".join(self._sentence() for _ in range(6))
            paragraphs.append(paragraph)
            length += len(paragraph.encode())
        return "\n".join(paragraphs)

    def _sentence(self) -> str:
        return self.random.choice(PATTERNS).format(
            *self._words(4),
            v=self.random.choice(VERBS),
            n=self.random.choice(NAMES),
            d=self.random.randint(3, 2040),
            d2=self.random.randint(1, 99),
        )

    def _words(self, count: int) -> list[str]:
        return self.random.choices(self.words, cum_weights=self.weights, k=count)
