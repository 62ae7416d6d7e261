#!/usr/bin/env bash
# The product's main job on the example enterprise: a filled questionnaire in, score, reasons and report out.
set -euo pipefail
cd "$(dirname "$0")/.."
lang=${GUANBIAO_LANG:-zh}
sheet=examples/iii-machinery/middle.json
mkdir -p out
say() { if [ "$lang" = en ]; then printf '\n— %s\n' "$2"; else printf '\n— %s\n' "$1"; fi; }
say "示例企业的自评估结果（问卷 iii-machinery，答卷 $sheet）" "The example enterprise's self-assessment (questionnaire iii-machinery, sheet $sheet)"
.venv/bin/guanbiao score iii-machinery "$sheet" --lang "$lang" --receipt out/receipt.json
say "为什么“资金投入”是这个分" "Why funding has its score"
.venv/bin/guanbiao score iii-machinery "$sheet" --lang "$lang" --why BC.1
say "写出诊断报告和可离线填报的工作簿" "Writing the diagnosis report and the workbook to fill offline"
.venv/bin/guanbiao report iii-machinery "$sheet" --lang "$lang" -o out/report.pdf
.venv/bin/guanbiao report iii-machinery "$sheet" --lang "$lang" -o out/report.docx
.venv/bin/guanbiao model template iii-machinery --lang "$lang" -o out/questionnaire.xlsx --force
.venv/bin/guanbiao verify-receipt out/receipt.json --model iii-machinery --answers "$sheet" --lang "$lang"
say "都在 out/ 文件夹里：report.pdf、report.docx、questionnaire.xlsx、receipt.json" "All in the folder out/: report.pdf, report.docx, questionnaire.xlsx, receipt.json"
