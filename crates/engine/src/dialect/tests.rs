use super::*;
use makoto_catalog::{Aggregate, Bucket, Condition, Expr, Measure, Op, Plan};
use makoto_model::Value;

const COUNT: Measure = Measure { name: "n", aggregate: Aggregate::Count, only: None };
const VISITORS: Measure = Measure { name: "u", aggregate: Aggregate::DistinctPerDay("visitor"), only: None };

fn plan(keys: &[Expr], measures: &[Measure], filter: Condition, days: i64) -> Plan {
    Plan {
        site: SiteId(3),
        scope: Scope::Visit,
        buckets: (0..days).map(|day| Bucket { from_s: day * 86_400, until_s: (day + 1) * 86_400 }).collect(),
        midnights: (0..days).map(|day| day * 86_400).collect(),
        clock: Vec::new(),
        filter,
        keys: keys.to_vec(),
        measures: measures.to_vec(),
        top: None,
    }
}

fn is(column: &'static str, value: &str) -> Condition {
    Condition::Compare { expr: Expr::Column(column), op: Op::Is, value: Value::from(value) }
}

/// Prints with a dictionary that finds these ids for every text.
fn printed(plan: &Plan, ids: &[i64]) -> Question {
    let catalog = Catalog::new(&[]).unwrap();
    question(&catalog, plan, None, &|_, _| Ok(ids.to_vec())).unwrap()
}

#[test]
fn no_value_stands_in_a_statement() {
    let hostile = "x' OR 1=1; DROP TABLE visit --";
    for ids in [vec![], vec![987_654], (1..200).collect::<Vec<i64>>()] {
        let asked = printed(&plan(&[Expr::Column("exit_url")], &[COUNT], is("entry_url", hostile), 2), &ids);
        for value in ["DROP", "1=1", "987654", "172800"] {
            assert!(!asked.sql.contains(value), "{value} in {}", asked.sql);
        }
        let highest = (1..).take_while(|nth| asked.sql.contains(&format!("${nth}"))).count();
        assert_eq!(highest, asked.binds.len(), "{}", asked.sql);
    }
}

#[test]
fn few_texts_become_numbers_none_becomes_no_and_many_stay_a_question() {
    let asked = |ids: &[i64]| printed(&plan(&[], &[COUNT], is("entry_url", "x"), 1), ids).sql;
    assert!(asked(&[4, 5]).contains("v.\"entry_url\" IN ($1, $2)"));
    assert!(asked(&[]).contains("FALSE"));
    assert!(asked(&(1..200).collect::<Vec<_>>()).contains("IN (SELECT id FROM text_url"));
}

#[test]
fn a_single_bucket_needs_only_bounds() {
    let one = printed(&plan(&[], &[COUNT], Condition::none(), 1), &[]);
    assert!(!one.sql.contains("//") && !one.sql.contains("GROUP BY"), "{}", one.sql);
    let several = printed(&plan(&[], &[COUNT], Condition::none(), 3), &[]);
    assert!(several.sql.contains("// $") && several.sql.ends_with("GROUP BY 1"), "{}", several.sql);
}

#[test]
fn different_values_are_counted_apart_only_for_texts_of_plain_rows() {
    let mut asked = plan(&[Expr::Column("exit_url")], &[COUNT, VISITORS], Condition::none(), 2);
    assert!(printed(&asked, &[]).sql.contains("SELECT DISTINCT"));
    asked.filter = Condition::VisitHas { scope: Scope::Action, condition: Box::new(Condition::none()), negated: false };
    assert!(printed(&asked, &[]).sql.contains("count(DISTINCT"));
    let numbers = plan(&[Expr::Column("day")], &[COUNT, VISITORS], Condition::none(), 2);
    assert!(printed(&numbers, &[]).sql.contains("count(DISTINCT"));
}

#[test]
fn only_declared_names_are_printed() {
    let catalog = Catalog::new(&[]).unwrap();
    let asked = plan(&[Expr::Column("visit_id\"; DROP TABLE visit --")], &[COUNT], Condition::none(), 1);
    assert!(matches!(question(&catalog, &asked, None, &|_, _| Ok(Vec::new())), Err(Error::Plan(_))));
}
