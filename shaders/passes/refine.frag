#version 330 core
// Joint bilateral upsampling of the labels (Kopf et al. 2007): the nine mask pixels around each pixel of the image vote, and
// those of a similar colour count more. The class with the most weight wins; a tie goes to the nearest.
in vec2 uv;
layout(location = 0) out uint label;
layout(location = 1) out float sure;

uniform sampler2D frame;
uniform usampler2D labels;
uniform sampler2D confidence;

const float ColourSpread = 0.09;    // of one channel, in 0-1: closer than this is similar
const float SpaceSpread = 1.0;      // in mask pixels

void main()
{
    vec2 size = vec2(textureSize(labels, 0));
    ivec2 last = ivec2(size) - 1;
    vec2 p = uv * size - 0.5;
    ivec2 centre = clamp(ivec2(round(p)), ivec2(0), last);
    uint nearest = texelFetch(labels, centre, 0).r;
    ivec2 low = max(centre - 1, ivec2(0)), high = min(centre + 1, last);

    // Most pixels lie inside a class: nothing to decide, and no loop runs.
    uint l = texelFetch(labels, ivec2(low.x, centre.y), 0).r, r = texelFetch(labels, ivec2(high.x, centre.y), 0).r;
    uint t = texelFetch(labels, ivec2(centre.x, low.y), 0).r, b = texelFetch(labels, ivec2(centre.x, high.y), 0).r;
    bool inside = l == nearest && r == nearest && t == nearest && b == nearest;
    uint candidates[5] = uint[5](nearest, l, r, t, b);
    float votes[5] = float[5](0.0, 0.0, 0.0, 0.0, 0.0);
    float total = 0.0, sureness = 0.0;
    vec3 here = texture(frame, uv).rgb;
    int rows = inside ? 0 : 3;
    for (int y = 0; y < rows; y++)
    {
        for (int x = 0; x < 3; x++)
        {
            ivec2 q = clamp(centre + ivec2(x - 1, y - 1), ivec2(0), last);
            vec2 away = vec2(q) - p;
            vec3 unlike = texture(frame, (vec2(q) + 0.5) / size).rgb - here;
            float c = texelFetch(confidence, q, 0).r;
            float distance = dot(away, away) / (2.0 * SpaceSpread * SpaceSpread);
            float contrast = dot(unlike, unlike) / (2.0 * ColourSpread * ColourSpread);
            float weight = c * exp(-distance - contrast);
            uint vote = texelFetch(labels, q, 0).r;
            for (int k = 0; k < 5; k++) votes[k] += candidates[k] == vote ? weight : 0.0;
            total += weight;
            sureness += weight * c;
        }
    }

    uint best = nearest;
    float most = votes[0];
    for (int k = 1; k < 5; k++)
    {
        bool wins = votes[k] > most;
        best = wins ? candidates[k] : best;
        most = max(most, votes[k]);
    }

    label = best;
    sure = inside || total < 1e-6 ? texelFetch(confidence, centre, 0).r : sureness / total;
}
