//! What EXPLAIN says of the size of values, estimated (from statistics, which the client may not read) or measured. Of a
//! table with one row it would be that value's length: how much was sorted, hashed or kept, and how many blocks were read
//! to fetch what is stored apart.

/// Where what is blanked ends.
#[derive(Clone, Copy)]
enum End {
    /// Behind the digits.
    Digits,
    /// Before this byte.
    Before(u8),
    /// With the line.
    Line,
}

/// What stands before a size, where the size ends, and what stands in its place. Of two that begin alike the longer one
/// comes first.
const SIZES: &[(&[u8], End, &[u8])] = &[
    (b"width=", End::Digits, b"0"),
    (b"Plan Width\": ", End::Digits, b"0"),
    (b"Plan Width: ", End::Digits, b"0"),
    (b"<Plan-Width>", End::Digits, b"0"),
    (b"Sort Method: \"", End::Before(b'"'), b"quicksort"),
    (b"Sort Method\": \"", End::Before(b'"'), b"quicksort"),
    (b"<Sort-Method>", End::Before(b'<'), b"quicksort"),
    (b"Sort Method: ", End::Line, b"quicksort  Memory: 0kB"),
    (
        b"Sort Methods: ",
        End::Line,
        b"quicksort  Average Memory: 0kB  Peak Memory: 0kB",
    ),
    (b"Sort Methods Used\": [", End::Before(b']'), b"\"quicksort\""),
    (b"Sort Space Type: \"", End::Before(b'"'), b"Memory"),
    (b"Sort Space Type\": \"", End::Before(b'"'), b"Memory"),
    (b"<Sort-Space-Type>", End::Before(b'<'), b"Memory"),
    (b"Space Used\": ", End::Digits, b"0"),
    (b"Space Used: ", End::Digits, b"0"),
    (b"Space-Used>", End::Digits, b"0"),
    (b"Storage: \"", End::Before(b'"'), b"Memory"),
    (b"Storage\": \"", End::Before(b'"'), b"Memory"),
    (b"<Storage>", End::Before(b'<'), b"Memory"),
    (b"Maximum Storage: ", End::Digits, b"0"),
    (b"Maximum Storage\": ", End::Digits, b"0"),
    (b"<Maximum-Storage>", End::Digits, b"0"),
    (b"Storage: ", End::Line, b"Memory  Maximum Storage: 0kB"),
    (b"Hash Buckets: ", End::Digits, b"0"),
    (b"Hash Batches: ", End::Digits, b"0"),
    (b"HashAgg Batches: ", End::Digits, b"0"),
    (b"Buckets: ", End::Line, b"0  Batches: 0  Memory Usage: 0kB"),
    (b"Batches: ", End::Line, b"0  Memory Usage: 0kB"),
    (b"Buckets\": ", End::Digits, b"0"),
    (b"Batches\": ", End::Digits, b"0"),
    (b"Buckets>", End::Digits, b"0"),
    (b"Batches>", End::Digits, b"0"),
    (b"Evictions: ", End::Digits, b"0"),
    (b"Evictions\": ", End::Digits, b"0"),
    (b"Evictions>", End::Digits, b"0"),
    (b"Memory: ", End::Digits, b"0"),
    (b"Memory Usage: ", End::Digits, b"0"),
    (b"Memory Usage\": ", End::Digits, b"0"),
    (b"Memory-Usage>", End::Digits, b"0"),
    (b"Disk: ", End::Digits, b"0"),
    (b"Disk Usage: ", End::Digits, b"0"),
    (b"Disk Usage\": ", End::Digits, b"0"),
    (b"Disk-Usage>", End::Digits, b"0"),
    (b"used=", End::Digits, b"0"),
    (b"allocated=", End::Digits, b"0"),
    (b"Memory Used: ", End::Digits, b"0"),
    (b"Memory Used\": ", End::Digits, b"0"),
    (b"Memory-Used>", End::Digits, b"0"),
    (b"Memory Allocated: ", End::Digits, b"0"),
    (b"Memory Allocated\": ", End::Digits, b"0"),
    (b"Memory-Allocated>", End::Digits, b"0"),
    (b"output=", End::Digits, b"0"),
    (b"Output Volume: ", End::Digits, b"0"),
    (b"Output Volume\": ", End::Digits, b"0"),
    (b"Output-Volume>", End::Digits, b"0"),
    (b"Buffers: ", End::Line, b"shared hit=0"),
    (b" Blocks: ", End::Digits, b"0"),
    (b" Blocks\": ", End::Digits, b"0"),
    (b"-Blocks>", End::Digits, b"0"),
];

/// Copies a plan with constants in place of sizes.
pub(super) fn without_sizes(plan: &[u8], out: &mut Vec<u8>) {
    let mut rest = plan;
    while let Some((first, after)) = rest.split_first() {
        let size = SIZES
            .iter()
            .find_map(|(before, end, instead)| Some((*before, rest.strip_prefix(*before)?, *end, *instead)));
        let Some((before, behind, end, instead)) = size else {
            out.push(*first);
            rest = after;
            continue;
        };
        let is_inside = |byte: &&u8| match end {
            End::Digits => byte.is_ascii_digit(),
            End::Before(end) => **byte != end,
            End::Line => **byte != b'\n',
        };
        let length = behind.iter().take_while(is_inside).count();
        out.extend_from_slice(before);
        if length > 0 {
            out.extend_from_slice(instead);
        }
        rest = &behind[length..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_do_not_tell_sizes() {
        for (plan, wanted) in [
            (
                "Seq Scan (cost=0.00..1.08 rows=8 width=27)",
                "Seq Scan (cost=0.00..1.08 rows=8 width=0)",
            ),
            (
                "  Sort Method: external merge  Disk: 25kB",
                "  Sort Method: quicksort  Memory: 0kB",
            ),
            (
                "  Buffers: shared hit=3 read=1, temp written=7\n  x",
                "  Buffers: shared hit=0\n  x",
            ),
            (
                "  Buckets: 1024 (originally 2)  Batches: 2  Memory Usage: 9kB",
                "  Buckets: 0  Batches: 0  Memory Usage: 0kB",
            ),
            (
                "Storage: Disk  Maximum Storage: 17kB",
                "Storage: Memory  Maximum Storage: 0kB",
            ),
            (
                "Serialization: time=0.1 ms  output=17kB  format=text",
                "Serialization: time=0.1 ms  output=0kB  format=text",
            ),
            (
                "\"Sort Method\": \"external merge\", \"Sort Space Used\": 17, \"Sort Space Type\": \"Disk\", \"Hash Batches\": 2",
                "\"Sort Method\": \"quicksort\", \"Sort Space Used\": 0, \"Sort Space Type\": \"Memory\", \"Hash Batches\": 0",
            ),
            ("\"Shared Hit Blocks\": 132,", "\"Shared Hit Blocks\": 0,"),
            (
                "Sort Method: \"top-N heapsort\"\nHash Buckets: 5",
                "Sort Method: \"quicksort\"\nHash Buckets: 0",
            ),
            ("<Plan-Width>8</Plan-Width>", "<Plan-Width>0</Plan-Width>"),
            (
                "<Shared-Hit-Blocks>8</Shared-Hit-Blocks>",
                "<Shared-Hit-Blocks>0</Shared-Hit-Blocks>",
            ),
            ("Plan Width: 4", "Plan Width: 0"),
            ("Filter: (city = 'width=')", "Filter: (city = 'width=')"),
        ] {
            let mut out = Vec::new();
            without_sizes(plan.as_bytes(), &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), wanted);
        }
    }
}
