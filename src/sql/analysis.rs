//! What the analysis of one statement says.

use std::collections::BTreeSet;
use std::ops::Range;

use super::dumped::DumpedTable;
use super::functions::Class;
use super::structure::Structure;
use crate::catalog::{ColumnId, Oid};

/// How columns are treated, as far as the analysis must know. Implemented by the resolved rules.
pub trait Treatment {
    /// 0: clean. Otherwise protected; equal numbers mean the same mask under the same domain.
    fn class(&self, column: ColumnId) -> u32;
    /// As what a person vouched for this function outside pg_catalog (`[[function]]` rules), if so.
    fn vouched(&self, schema: &str, name: &str) -> Option<Class>;
    /// Whether anything at all is protected in this database.
    fn protects_anything(&self) -> bool;
}

/// What a statement does to the session, and what is needed to follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementKind {
    /// SELECT, VALUES, TABLE.
    Query,
    /// COPY … TO STDOUT.
    CopyOut(CopyOptions),
    /// DECLARE CURSOR; the columns of the analysis are those of its query.
    DeclareCursor {
        /// Cursor name.
        name: String,
        /// BINARY.
        binary: bool,
        /// WITH HOLD.
        hold: bool,
    },
    /// FETCH, or MOVE (which returns no rows).
    Fetch {
        /// Cursor name.
        name: String,
        /// MOVE.
        is_move: bool,
    },
    /// CLOSE name, or CLOSE ALL.
    CloseCursor(Option<String>),
    /// PREPARE; the columns of the analysis are those of its query.
    Prepare {
        /// Statement name.
        name: String,
    },
    /// EXECUTE.
    Execute {
        /// Statement name.
        name: String,
    },
    /// DEALLOCATE name, or DEALLOCATE ALL.
    Deallocate(Option<String>),
    /// EXPLAIN of a query or of EXECUTE. Its one output column is clean once the gate has passed it.
    Explain {
        /// Name, for EXPLAIN EXECUTE.
        executes: Option<String>,
        /// ANALYZE: the query runs.
        analyze: bool,
    },
    /// SHOW.
    Show,
    /// SET, RESET of a setting known to be harmless.
    Set,
    /// SET, RESET of client_encoding, RESET ALL: from here on bytes may mean other characters.
    SetEncoding {
        /// It is set to UTF8.
        utf8: bool,
    },
    /// BEGIN, COMMIT, ROLLBACK, SAVEPOINT, SET TRANSACTION and the like.
    Transaction(TransactionKind),
    /// DISCARD; `true` for ALL, PLANS drop nothing we track.
    Discard {
        /// DISCARD ALL.
        all: bool,
    },
    /// LOCK … IN ACCESS SHARE MODE.
    Lock,
    /// LISTEN, UNLISTEN, NOTIFY; only where nothing is protected.
    Notification,
    /// Anything else; only with `access = "any"`.
    Other,
}

/// Transaction control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionKind {
    /// BEGIN, START TRANSACTION.
    Begin,
    /// COMMIT, END, also AND CHAIN.
    Commit,
    /// ROLLBACK, ABORT, also AND CHAIN.
    Rollback,
    /// SAVEPOINT, RELEASE, ROLLBACK TO, SET TRANSACTION, SET CONSTRAINTS, PREPARE TRANSACTION…
    Other,
}

/// COPY … TO STDOUT options that decide how bytes are to be read. PostgreSQL docs, COPY, "File Formats".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyOptions {
    /// text, csv or binary.
    pub format: CopyFormat,
    /// HEADER: the first line holds names. (PG 15 and newer allow it in text format.)
    pub header: bool,
    /// DELIMITER; tab for text, comma for csv by default.
    pub delimiter: u8,
    /// NULL; `\N` for text, empty for csv by default.
    pub null: Vec<u8>,
    /// QUOTE; csv only, `"` by default.
    pub quote: u8,
    /// ESCAPE; csv only, the quote by default.
    pub escape: u8,
    /// FORCE_QUOTE; csv only.
    pub force_quote: ForceQuote,
}

/// COPY FORCE_QUOTE: columns whose values stand in quotes whatever they hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ForceQuote {
    /// Not given.
    #[default]
    None,
    /// `*`
    All,
    /// These columns.
    Columns(Vec<String>),
}

/// COPY FORMAT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyFormat {
    /// text
    Text,
    /// csv
    Csv,
    /// binary
    Binary,
}

/// A set of base columns.
pub type ColumnSet = BTreeSet<ColumnId>;

/// Where the values of one output column come from, in base columns, protected or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    /// Every value is verbatim the value of one of these columns (or NULL), unless `computed` says otherwise.
    pub verbatim: ColumnSet,
    /// Values are computed from these columns, or picked among those of `verbatim` by them.
    pub computed_from: ColumnSet,
    /// Some values are neither verbatim nor NULL: literals, parameters, results of functions.
    pub computed: bool,
    /// Tests of protected columns by whose outcome values are picked or computed. Where the masked data has the same
    /// outcome, they tell nothing.
    pub tests: BTreeSet<Test>,
}

/// One output column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputColumn {
    /// The label RowDescription will show.
    pub label: String,
    /// Where its values come from.
    pub lineage: Lineage,
    /// What its values are made of, where they are computed from values of which more is known.
    pub structure: Option<Structure>,
    /// Whose cells its values are, if they are those of one column, row by row.
    pub cell: Option<RowCell>,
}

/// A column of rows of a relation, of which other columns may be shown too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RowCell {
    /// Equal numbers mean that it is the same row of the same relation, each time; all of it is NULL where an outer join
    /// found none.
    pub row: u64,
    /// The column.
    pub column: ColumnId,
}

/// The clause in which a column decides about rows rather than being shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Clause {
    Where,
    JoinOn,
    JoinUsing,
    Having,
    GroupBy,
    OrderBy,
    Distinct,
    DistinctOn,
    SetOperation,
    Filter,
    CaseCondition,
    LimitOffset,
    PartitionBy,
    WindowOrder,
    WindowFrame,
    Sublink,
    AggregateOrder,
    AggregateDistinct,
    TableSample,
    FunctionArgument,
    CountArgument,
}

/// One use of columns in deciding about rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Influence {
    /// Where.
    pub clause: Clause,
    /// What kind of test it is.
    pub test: Test,
}

/// What a deciding use can tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Test {
    /// Values of the left set are compared for equality with values of the right set, all verbatim: nothing is
    /// told that the masked data does not tell, provided that all are of one treatment class.
    Equality(ColumnSet, ColumnSet),
    /// Verbatim values of this set are grouped or made distinct.
    Grouping(ColumnSet),
    /// Verbatim values of this set are compared for equality with a constant that the client gave.
    Constant(ColumnSet, Constant),
    /// IS NULL, IS NOT NULL, count(column) over verbatim values.
    NullTest(ColumnSet),
    /// The least or greatest, or else one by its place in order, is picked among verbatim values of this set, and shown.
    Extreme(ColumnSet),
    /// Anything else.
    Other(ColumnSet),
}

impl Test {
    /// The columns that it tests.
    pub fn columns(&self) -> ColumnSet {
        match self {
            Test::Equality(left, right) => left.union(right).copied().collect(),
            Test::Grouping(columns)
            | Test::NullTest(columns)
            | Test::Constant(columns, _)
            | Test::Extreme(columns)
            | Test::Other(columns) => columns.clone(),
        }
    }
}

/// A constant, or an array of them, that a column is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Constant {
    /// How it is written.
    pub form: ConstantForm,
    /// The type that it is cast to, without limits of its own; for an array, that of its elements.
    pub cast: Option<Oid>,
    /// It is an array, any of whose elements may be equal.
    pub is_array: bool,
}

/// How a constant is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConstantForm {
    /// A literal whose token is still to be found; never in a finished analysis.
    Literal {
        /// Offset in the text, in bytes.
        location: usize,
    },
    /// `17`, `-17`; with a point where it is not integral. No exponent, no underscores.
    Number {
        /// Bytes of the text, from and to, the sign among them.
        span: (usize, usize),
        /// It has no point.
        is_integral: bool,
    },
    /// `'…'` without escapes but doubled quotes.
    String {
        /// Bytes of the text, from and to, the quotes among them.
        span: (usize, usize),
    },
    /// `$1`
    Parameter {
        /// From 1.
        number: u16,
        /// Offset in the text, in bytes.
        location: usize,
    },
}

/// A use of columns that fails on some values and not on others, so that the error itself would tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallible {
    /// What can fail: `cast to integer`, `function to_date`.
    pub what: String,
    /// The columns that decide whether it fails.
    pub columns: ColumnSet,
    /// Tests that decide too.
    pub tests: BTreeSet<Test>,
}

/// Everything the plan needs about one statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Bytes of the text this statement stands in, without the semicolon.
    pub span: Range<usize>,
    /// What it does.
    pub kind: StatementKind,
    /// Output columns, in order; empty for statements without rows, and for a [`Analysis::touches_protected`] of false,
    /// where lineage is not computed.
    pub columns: Vec<OutputColumn>,
    /// Deciding uses; those over clean columns only may be left out.
    pub influences: Vec<Influence>,
    /// Uses that may fail by value; those over clean columns only may be left out.
    pub fallible: Vec<Fallible>,
    /// Parameters, each with its offset in the text, in bytes; only where something protected is touched.
    pub parameters: Vec<(u16, usize)>,
    /// Relations named anywhere, views followed to the bottom.
    pub touched: BTreeSet<Oid>,
    /// Names, without schema, of the functions called anywhere, in views and in the bodies of SQL-language functions too.
    pub called: BTreeSet<String>,
    /// Whether any of `touched` has a protected column. If not, `columns` is empty: nothing needs masking.
    pub touches_protected: bool,
    /// The text holds constants that the analysis looked at (positions in ORDER BY or GROUP BY, `'…'::regclass`,
    /// settings…): a statement that differs from it only in constants needs an analysis of its own.
    pub constants_matter: bool,
    /// A name that the snapshot does not have. The server is expected to report an error; nothing may be shown or run.
    pub unknown_name: Option<String>,
    /// The table whose rows it takes, if it is a statement of pg_dump's for that.
    pub dumped: Option<DumpedTable>,
}

/// Why a statement is refused. The names are stable: they stand in messages, the log, docs and tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which rule of pgveil.
    pub reason: Reason,
    /// One sentence for the client: what was refused, which column or rule, why. Never holds a value.
    pub message: String,
    /// What would work instead.
    pub hint: String,
}

/// Stable names of refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The parser does not accept it and the server might.
    Unparsable,
    /// Over the stated size.
    TooLarge,
    /// Not on the list of read-only statements.
    StatementNotAllowed,
    /// A setting that is not known to be harmless.
    SettingNotAllowed,
    /// A function that reads by name, has side effects, or is not known.
    OpaqueFunction,
    /// A predicate over a protected column.
    Predicate,
    /// An expression over a protected column that fails on some values.
    FallibleExpression,
    /// A computed value, where the policy is to refuse these.
    DerivedColumn,
    /// A column that no rule names, where the policy is to refuse these.
    UnlistedColumn,
    /// A name that may mean relations which are treated differently.
    AmbiguousName,
    /// A construct over protected columns that the analysis does not understand.
    NotUnderstood,
    /// A keyword that this server's version reads in another way than the parser.
    KeywordDiffers,
    /// Large objects, by policy.
    LargeObject,
    /// A wire message that is not relayed.
    MessageNotAllowed,
    /// A session setting under which proxy and server could read different statements.
    UnsafeEncoding,
    /// The catalog changed under a plan.
    CatalogChanged,
    /// The server describes other columns than the plan expects.
    WitnessesDisagree,
    /// The session log cannot be written.
    SessionLog,
}

impl Reason {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Unparsable => "unparsable",
            Reason::TooLarge => "too_large",
            Reason::StatementNotAllowed => "statement_not_allowed",
            Reason::SettingNotAllowed => "setting_not_allowed",
            Reason::OpaqueFunction => "opaque_function",
            Reason::Predicate => "predicate",
            Reason::FallibleExpression => "fallible_expression",
            Reason::DerivedColumn => "derived_column",
            Reason::UnlistedColumn => "unlisted_column",
            Reason::AmbiguousName => "ambiguous_name",
            Reason::NotUnderstood => "not_understood",
            Reason::KeywordDiffers => "keyword_differs",
            Reason::LargeObject => "large_object",
            Reason::MessageNotAllowed => "message_not_allowed",
            Reason::UnsafeEncoding => "unsafe_encoding",
            Reason::CatalogChanged => "catalog_changed",
            Reason::WitnessesDisagree => "witnesses_disagree",
            Reason::SessionLog => "session_log",
        }
    }
}
