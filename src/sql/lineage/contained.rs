//! Queries over the server's catalogs whose outcome is one value: EXISTS, ARRAY, scalar subqueries.

use pg_query::protobuf::LimitOption;

use super::{Analyser, Step};
use crate::sql::tree::Node;
use crate::sql::{Lineage, Test};

impl<'a> Analyser<'a> {
    /// Reads a query whose outcome is one value. What decides about its rows decides about that value and about nothing
    /// else: of secrets in the catalogs, which pg_dump reads by such queries, it is returned as tests of the value.
    /// But where something in the query may fail, they also decide whether it does (`never_fails`: its number of rows
    /// is no reason to), and are noted as in any query.
    pub(super) fn contained<T>(
        &mut self,
        never_fails: bool,
        read: impl FnOnce(&mut Self) -> Step<T>,
    ) -> Step<(T, Lineage)> {
        let before = (self.clean_fallible, self.fallible.len(), self.sublinks);
        let noted = self.influences.len();
        let views_seen = self.views_seen.len();
        let outcome = read(self)?;
        let mut decided = Lineage::default();
        // What a user's view tests is noted where it is read first.
        let has_views = self.views_seen.len() > views_seen;
        if never_fails && !has_views && before == (self.clean_fallible, self.fallible.len(), self.sublinks) {
            for influence in self.influences.split_off(noted) {
                match self.is_of_catalogs(&influence.test) {
                    true => drop(decided.tests.insert(influence.test)),
                    false => self.influences.push(influence),
                }
            }
        }
        Ok((outcome, decided))
    }

    fn is_of_catalogs(&self, test: &Test) -> bool {
        let columns = test.columns();
        let mut relations = columns
            .iter()
            .map(|column| self.snapshot.relations.get(&column.relation));
        relations.all(|relation| relation.is_some_and(|found| found.is_in_system_schema()))
    }

    /// Whether a scalar subquery cannot fail by giving several rows: LIMIT 1.
    pub(super) fn has_one_row(&mut self, query: &Node) -> bool {
        let limit = query.node("limit_count").filter(|limit| limit.is("AConst"));
        let value = limit
            .and_then(|limit| limit.node("val"))
            .filter(|value| value.is("Integer"));
        self.constants_matter |= value.is_some();
        let with_ties = query.int("limit_option") == LimitOption::WithTies as i64;
        value.is_some_and(|value| value.int("ival") <= 1) && !with_ties
    }
}
