using OpenCvSharp;

namespace RealtimeSeg.Sinks;

/// <summary>One connected part of a class, in pixels of the frame.</summary>
/// <param name="Box">Around it.</param>
/// <param name="Area">In square pixels.</param>
/// <param name="Centroid">The mean of its pixels' places.</param>
/// <param name="Polygon">Its outer border, closed; holes are not told.</param>
/// <param name="Confidence">The mean probability of the class in it, 0–1; null if that is not in memory.</param>
public readonly record struct Component(Rect2d Box, double Area, Point2d Centroid, IReadOnlyList<Point2d> Polygon, double? Confidence);
