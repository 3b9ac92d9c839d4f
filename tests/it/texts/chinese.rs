//! Sentences that are composed in Chinese: their values are where its grammar needs them, and no English is left in them.

use super::Installed;
use crate::fixtures::{experiment, synthetic_history};
use emergence_lab::error::{DatasetError, DownloadFailure, Error};
use emergence_lab::experiment::parse_query;
use emergence_lab::web::page::model::fields::field_error;
use emergence_lab::web::page::model::verdict::verdict_text;
use emergence_lab::web::page::words::{address_error, duration, setup_summary, step_text, unknown_keys, variant_label};

/// The only error of a query string.
fn complaint(query: &str) -> Error {
    parse_query(query).strict().expect_err("an invalid query")
}

#[test]
fn errors_are_sentences() {
    let _installed = Installed::chinese();
    let check = |text: String, expected: &str| assert_eq!(text, expected, "in Chinese");
    check(field_error(&complaint("seeds=many")).1, "应为：1 到 512 的整数；实际为“many”。");
    check(field_error(&complaint("norm=layer")).1, "应为：以下之一：“none”, “batch”, “pre”, “post”；实际为“layer”。");
    let formula = complaint("init=custom(std=2 *)");
    check(field_error(&formula).1, "公式“2 *”的第 4 个字符：表达式意外结束。");
    check(address_error(&complaint("seeds=many")), "地址中的“seeds”应为：1 到 512 的整数；实际为“many”。改用默认值。");
    check(unknown_keys(&["a".to_owned(), "b".to_owned()]), "地址中未知的键“a”, “b”已忽略。");
    let missing = DatasetError::Download { file: "x.gz".to_owned(), reason: DownloadFailure::NotFound };
    check(missing.to_string(), "无法下载 x.gz：服务器回答 404（未找到），或者返回了一个网页");
}

#[test]
fn names_of_variants_keep_their_names() {
    let _installed = Installed::chinese();
    let check = |name: &str, label: &str| {
        assert_eq!(variant_label(&name.parse().expect("a scheme")), label, "label of {name}");
    };
    check("kaiming_normal", "Kaiming normal");
    check("orthogonal", "正交");
    check("emergence(pytorch;alpha=1;rule=pivot)", "促涌现 α 1 (PyTorch 默认, pivot)");
    check("lrmatch(emergence(kaiming_normal;alpha=2))", "学习率对照 α 2 (Kaiming normal)");
}

#[test]
fn the_page_speaks_chinese() {
    let _installed = Installed::chinese();
    let history = synthetic_history(40);
    let verdict = verdict_text(&history, 0, true);
    assert!(verdict.contains("95 % 区间") && !verdict.contains("steps"), "the verdict: {verdict}");
    assert!(step_text(&history).starts_with("第 "), "the progress: {}", step_text(&history));
    assert_eq!([3.0, 30.0, 300.0, 9000.0].map(duration), ["3.0 秒", "30 秒", "5 分钟", "3 小时"], "durations");
    let summary = setup_summary(&experiment("data=digits&norm=batch&seeds=1"));
    assert_eq!(summary, "digits · mlp:128,128,128 ReLU，批归一化 · SGD 0.01 · 1 个种子 · 300 步", "the setup");
}
