import Glibc
import Synchronization

/// The right to write to an open file, which one writer has at a time: several descriptors, of standard output and
/// standard error say, may be of one file, and lines that are written in pieces would tear each other.
///
/// Whoever waits gets it in turn, so that no busy writer keeps others out.
package final class OutputTurn: @unchecked Sendable {
    /// An open file, whatever descriptors and paths lead to it.
    private struct Identity: Hashable {
        let device: UInt64
        let node: UInt64
    }

    private struct Weak {
        weak var turn: OutputTurn?
    }

    private static let known = Mutex<[Identity: Weak]>([:])

    private let condition = ThreadCondition()
    // All below is touched under the lock only.
    private var next: UInt64 = 0
    private var serving: UInt64 = 0
    private var isMidLine = false

    private init() {}

    /// The turn of the file that a descriptor is of.
    package static func of(_ descriptor: Int32) -> OutputTurn {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return OutputTurn() }
        let identity = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
        return known.withLock { known in
            if let turn = known[identity]?.turn { return turn }
            // Files that are closed leave their places; there are few of others.
            known = known.filter { $0.value.turn != nil }
            let turn = OutputTurn()
            known[identity] = Weak(turn: turn)
            return turn
        }
    }

    /// Waits for the turn.
    package func take() {
        condition.locked {
            let ticket = next
            next += 1
            while serving != ticket { _ = condition.wait(until: nil) }
        }
    }

    /// Takes the turn if nobody has it, nobody waits, and nobody left a line unfinished.
    package func takeIfFree() -> Bool {
        condition.locked {
            guard serving == next, !isMidLine else { return false }
            next += 1
            return true
        }
    }

    /// Gives the turn on.
    package func give() {
        condition.locked {
            serving += 1
            condition.broadcast()
        }
    }

    /// Whether the last writer could not finish its line. To be asked and set by who has the turn.
    var endsMidLine: Bool {
        get { condition.locked { isMidLine } }
        set { condition.locked { isMidLine = newValue } }
    }
}
