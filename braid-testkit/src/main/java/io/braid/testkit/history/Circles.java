package io.braid.testkit.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/// The parts of a graph from each of whose nodes every other one can be reached, and that have more than one: by
/// Tarjan's algorithm (1972), with a stack of its own, as histories are longer than a thread's.
final class Circles {
    private static final int UNSEEN = -1;

    private record Visit(int node, Iterator<Integer> rest) {}

    private final List<Set<Integer>> edges;
    private final int[] numbers; // in the order in which nodes are entered
    private final int[] lowest; // number that can be reached
    private final boolean[] isOpen;
    private final Deque<Integer> open = new ArrayDeque<>();
    private final List<List<Integer>> found = new ArrayList<>();
    private int entered;

    private Circles(List<Set<Integer>> edges) {
        this.edges = edges;
        this.numbers = new int[edges.size()];
        this.lowest = new int[edges.size()];
        this.isOpen = new boolean[edges.size()];
        Arrays.fill(numbers, UNSEEN);
    }

    /// @param edges from each node to others, by their numbers from 0 on
    static List<List<Integer>> in(List<Set<Integer>> edges) {
        var circles = new Circles(edges);
        for (int node = 0; node < edges.size(); node++) if (circles.numbers[node] == UNSEEN) circles.walk(node);
        return circles.found;
    }

    private void walk(int from) {
        var way = new ArrayDeque<Visit>();
        way.push(enter(from));
        while (!way.isEmpty()) {
            var visit = way.peek();
            if (visit.rest.hasNext()) {
                int to = visit.rest.next();
                if (numbers[to] == UNSEEN) way.push(enter(to));
                else if (isOpen[to]) reach(visit.node, numbers[to]);
            } else {
                way.pop();
                leave(visit.node);
                if (!way.isEmpty()) reach(way.peek().node, lowest[visit.node]);
            }
        }
    }

    private Visit enter(int node) {
        numbers[node] = lowest[node] = entered++;
        open.push(node);
        isOpen[node] = true;
        return new Visit(node, edges.get(node).iterator());
    }

    private void reach(int node, int number) {
        lowest[node] = Math.min(lowest[node], number);
    }

    private void leave(int node) {
        if (lowest[node] != numbers[node]) return;
        var part = new ArrayList<Integer>();
        int member;
        do {
            member = open.pop();
            isOpen[member] = false;
            part.add(member);
        } while (member != node);
        if (part.size() > 1) found.add(part.reversed());
    }
}
