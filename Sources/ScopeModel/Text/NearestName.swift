/// Finds what somebody probably meant to write, for diagnostics.
public enum NearestName {
    /// The candidate that is fewest edits away from a name, or `nil` when none is near enough to be worth offering.
    ///
    /// Edits are insertion, removal and replacement of one character and the swap of two neighbours (optimal string
    /// alignment distance); case does not count. Near is at most an edit for each four bytes of the name, but at least
    /// one. Names of more than 128 bytes get no suggestion. Of equally near candidates the first is chosen.
    public static func suggestion(for name: String, among candidates: some Sequence<String>) -> String? {
        guard !name.isEmpty, name.utf8.count <= maximumLength else { return nil }
        let wanted = Array(name.lowercased().utf8)
        let limit = Swift.max(1, wanted.count / 4)
        var best: (name: String, distance: Int)?
        for candidate in candidates where candidate.utf8.count <= maximumLength {
            let distance = distance(wanted, Array(candidate.lowercased().utf8))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    private static let maximumLength = 128

    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        var current = previous
        for row in left.indices {
            current[0] = row + 1
            for column in right.indices {
                let isSame = left[row] == right[column]
                var cost = Swift.min(previous[column + 1], current[column]) + 1
                cost = Swift.min(cost, previous[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = Swift.min(cost, beforePrevious[column - 1] + 1)
                }
                current[column + 1] = cost
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[right.count]
    }
}
