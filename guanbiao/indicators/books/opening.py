"""The first chapters: what this questionnaire is, how the total is made, the stages, the arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

from guanbiao.indicators.books.content import UNVERIFIED, Chapter, Says, Table, ended, parents_of, percent, shares_of, sourced
from guanbiao.indicators.rules.model import Model, Node, Piecewise, Text
from guanbiao.indicators.rules.words import figure, measured_unit, with_unit
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import half_up, one_decimal, scaled_text


def about_chapter(model: Model, heading: str, language: Language) -> Chapter:
    """What the book describes, on what it rests, and what its marks mean."""
    zh = language == "zh"
    checks = (f"；另有 {len(model.checks)} 条合理性核对", f", and {len(model.checks)} plausibility checks") if model.checks else ("", "")
    scored = sum(1 for card in model.cards if any(code in model.measured for code in card.fields))
    blocks = [
        Says(
            "范围" if zh else "Scope",
            f"本书说明问卷“{model.title.zh}”的全部题目、计分办法和依据：共 {len(model.cards)} 题（{len(model.questions)} 个填报项），"
            f"其中 {scored} 题参与计分，形成 {len(model.leaves)} 个指标{checks[0]}。"
            if zh
            else f"This book sets out every question of “{model.title.en}”, how it is scored and on what it rests: {len(model.cards)} questions "
            f"({len(model.questions)} fields), {scored} of them scored, {len(model.leaves)} indicators{checks[1]}.",
        )
    ]
    if based_on := model.based_on.get("text"):
        mark = "" if model.based_on.get("verified") else UNVERIFIED.in_(language)
        text = ended(Text.of(based_on).in_(language), language)
        blocks.append(Says("依据" if zh else "Basis", f"{text}{'' if zh else ' '}{mark}".strip()))
    return Chapter(heading, (*blocks, *_reading(model, zh)))


def _reading(model: Model, zh: bool) -> tuple[Says, ...]:
    use = Says(
        "用途" if zh else "Use",
        "自评估由企业自行填报，用来了解自身水平、安排改进，也可随专项资金申报提交；它不是评定结论。"
        if zh
        else "A self-assessment is filled in by the enterprise itself, to see where it stands and plan its improvement; "
        "it is not the outcome of an assessment.",
    )
    return (
        *([use] if len(model.stages) > 1 else []),
        Says(
            "标记" if zh else "Marks",
            "▲ 表示该数值是平台默认值，不是官方规则；使用单位可以在新的一版里改。每题末尾列出它计入的指标，“关键”表示关键指标。"
            if zh
            else "▲ marks a value that is a platform default and not an official rule; a new edition may change it. "
            "After each question stand the indicators it feeds; “key” marks a key indicator.",
        ),
        Says(
            "版本" if zh else "Edition",
            f"版本 {model.edition}。已发布的一版不再改动，内容摘要 {model.digest} 就是它的身份；一字之差，摘要就不同。"
            if zh
            else f"Edition {model.edition}. A published edition is frozen; its digest {model.digest} is its identity: "
            "one other character, another digest.",
        ),
    )


def total_chapter(model: Model, heading: str, language: Language) -> Chapter:
    """The tree with weights and shares, and the key indicators."""
    zh = language == "zh"
    full = figure(model.full, language)
    blocks: list[Says | Table] = [
        Says(
            "",
            f"总分从 0 到 {full}。每个指标先得 0 到 {full} 分，再按权重逐级平均。权重是同级之间的比例；"
            "“占总分”是全部适用时这一项在总分里的份额。指标一级的权重见各题。"
            if zh
            else f"The total runs from 0 to {full}. Every indicator gives 0 to {full} points; these are averaged by weight, level by level. "
            "Weights are proportions among siblings; the share of the total holds where everything applies. "
            "Weights of indicators stand with the questions.",
        ),
        _tree(model, language),
    ]
    seen = {sourced(n.basis, language): None for n in model.tree.walk() if n.basis and n.children}
    blocks += [Says("权重" if zh else "Weights", text) for text in seen]
    if keys := [leaf for leaf in model.leaves if leaf.key]:
        blocks.append(_keys(model, keys, language))
    return Chapter(heading, tuple(blocks))


def _tree(model: Model, language: Language) -> Table:
    zh = language == "zh"
    shares, parents = shares_of(model), parents_of(model)
    rows, depths = [], []
    for node, depth in _branches(model.tree, 0):
        siblings = sum(child.weight for child in model.node[parents[node.code]].children) if node.code in parents else 0
        leaves = sum(1 for below in node.walk() if below.measure)
        weight = f"{node.weight} / {siblings}" if siblings else ""
        rows.append((node.title.in_(language), node.code, weight, percent(*shares[node.code]), str(leaves)))
        depths.append(depth)
    head = ("项", "代码", "权重 / 同级合计", "占总分", "指标数") if zh else ("Item", "Code", "Weight / siblings", "Of the total", "Indicators")
    return Table("", head, tuple(rows), right=(2, 3, 4), shares=(1, 0, 0, 0, 0), depths=tuple(depths))


def _branches(node: Node, depth: int) -> Iterator[tuple[Node, int]]:
    """Nodes down to the parts; leaves only where they hang at the root itself."""
    yield node, depth
    for child in node.children:
        if child.children or depth == 0:
            yield from _branches(child, depth + 1)


def _keys(model: Model, keys: list[Node], language: Language) -> Table:
    zh = language == "zh"
    shares = shares_of(model)
    rows = tuple((leaf.title.in_(language), leaf.code, percent(*shares[leaf.code])) for leaf in keys)
    head = ("关键指标", "代码", "占总分") if zh else ("Key indicator", "Code", "Of the total")
    return Table(f"关键指标（{len(keys)} 个）" if zh else f"Key indicators ({len(keys)})", head, rows, right=(2,), shares=(1, 0, 0))


def stages_chapter(model: Model, heading: str, language: Language) -> Chapter:
    """Every stage with both names and what it requires."""
    zh = language == "zh"
    rows = []
    for at, stage in enumerate(model.stages, start=1):
        needs = [f"{model.node[n.node].title.in_(language)} ≥\u00a0{one_decimal(n.at_least)}" for n in stage.requires]
        listed = ("，" if zh else ", ").join(needs) or ("无" if zh else "nothing")
        rows.append((str(at), stage.code, stage.title.in_(language), stage.report_title.in_(language), listed))
    head = ("阶段", "代码", "名称", "报告用名", "要求") if zh else ("No.", "Code", "Name", "Name in reports", "Requires")
    basis = model.parameters.get("stage_thresholds") or {}
    return Chapter(
        heading,
        (
            Says(
                "",
                "阶段按下列各方面的得分判定，不看总分：从第二阶段起逐级核对，某一级的要求没有全部达到就停在前一级。要求所看的方面整个不适用时，算作没有达到。"
                if zh
                else "The stage is judged by the scores of the aspects named below, not by the total: from the second stage upwards, the first whose "
                "requirements do not all hold ends the climb. A requirement on an aspect that does not apply at all does not hold.",
            ),
            Table("", head, tuple(rows), shares=(0, 0, 2, 2, 4), note=sourced(basis, language) if basis else UNVERIFIED.in_(language)),
        ),
    )


def arithmetic_chapter(model: Model, heading: str, language: Language) -> Chapter:
    """The rules of scoring in plain words, with an example out of this questionnaire."""
    full = figure(model.full, language)
    says = [Says(lead.in_(language), text.in_(language).format(full=full)) for lead, text in _RULES]
    if example := _example(model, language):
        says.insert(4, example)
    return Chapter(heading, tuple(says))


_RULES = (
    (
        Text("取整", "Rounding"),
        Text(
            "全程只用整数，单位是万分之一分，每一步只取整一次，四舍五入，恰好一半时进一。同一份答卷无论何时何地计算，结果一字不差。报告里显示一位小数。",
            "Only integers are used, in 1/10,000 of a point; every step rounds once, half up. One sheet gives the same result anywhere, at any time. "
            "Reports show one decimal.",
        ),
    ),
    (Text("单选", "Single choice"), Text("指标得所选项的分。", "The indicator has the points of the option chosen.")),
    (
        Text("多选", "Multiple choice"),
        Text(
            "所选各项的分相加，最多 {full} 分；“以上都没有”一类的选项不能与别的同选。",
            "The points of the chosen options are added, {full} at most; an option such as “none of these” stands alone.",
        ),
    ),
    (
        Text("数字与比率", "Numbers and ratios"),
        Text(
            "先算出一个数：所填的数本身，或几个数之和相除再乘以所注的倍数（取四位小数）。再按折线取分：落在两个拐点之间时按直线折算，超出两端时取端点的分。",
            "First a value: the number given, or sums of numbers divided and multiplied as stated (to four decimals). Then the broken line gives the "
            "points: between two knots along the straight line, beyond either end the points of that end.",
        ),
    ),
    (
        Text("分母为 0", "Zero denominator"),
        Text(
            "比率算不出来，答卷会被退回请改。可能确实为 0 的分母单独先问，为 0 时后面的题不再出现。",
            "The ratio cannot be computed and the sheet is handed back. Where 0 may be honest, the denominator is asked first; "
            "at 0 the rest falls away.",
        ),
    ),
    (
        Text("逐级平均", "Levels above"),
        Text(
            "上一级的得分＝各下级（得分 × 权重）之和 ÷ 权重之和，只算适用的下级。",
            "A level above = the sum of (score × weight) of what lies below it ÷ the sum of the weights; only what applies is counted.",
        ),
    ),
    (
        Text("不适用", "Not applicable"),
        Text(
            "按前面的回答不必答的题，对应的指标退出计算，同级其余指标按原权重重新平均；一级之下全部不适用，这一级也退出。不适用不扣分，也不加分。",
            "Where earlier answers make a question fall away, its indicator leaves the computation and its siblings carry on with their weights; "
            "a level with nothing left leaves too. Not applicable neither costs nor earns points.",
        ),
    ),
    (
        Text("没有答完", "Unanswered"),
        Text(
            "未答的题按最少和最多可得的分各算一遍，得分和阶段显示为一个区间，区间包含补答后的任何结果；必答题答完后区间收成一个数。",
            "An unanswered question is counted with its least and its greatest points; score and stage are shown as an interval that contains every "
            "completion, and shrinks to one figure once all required questions are answered.",
        ),
    ),
    (
        Text("数字怎么填", "Entering numbers"),
        Text(
            "按题中的单位填，超出范围的数不会被自动改动，会请填表人核对。全角数字可以识别。",
            "Numbers are given in the unit of the question; a number out of range is never altered but handed back. Full-width digits are read.",
        ),
    ),
)


def _example(model: Model, language: Language) -> Says | None:
    """A value halfway between two knots, worked out."""
    for leaf in model.leaves:
        m = leaf.measure
        if isinstance(m, Piecewise) and len(m.xs) > 2 and m.ys[1] < m.ys[2]:
            break
    else:
        return None
    x0, x1, y0, y1 = m.xs[1], m.xs[2], m.ys[1], m.ys[2]
    x = (x0 + x1) // 2
    y = y0 + half_up((x - x0) * (y1 - y0), x1 - x0)
    a, b, c, d, value, points = (scaled_text(n) for n in (x0, x1, y0, y1, x, y))
    measured = with_unit(x, measured_unit(model, m), language)
    if language == "zh":
        text = (
            f"“{leaf.title.zh}”（{leaf.code}）算得 {measured}，落在拐点 {a}（{c} 分）与 {b}（{d} 分）之间："
            f"{c}＋（{value}−{a}）×（{d}−{c}）÷（{b}−{a}）＝{points} 分。"
        )
        return Says("举例", text)
    text = (
        f"“{leaf.title.en}” ({leaf.code}) comes to {measured}, between the knots {a} ({c} points) and {b} ({d} points): "
        f"{c} + ({value} − {a}) × ({d} − {c}) ÷ ({b} − {a}) = {points} points."
    )
    return Says("Example", text)
