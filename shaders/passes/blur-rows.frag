#version 330 core
// First half of the background blur: along rows, at a quarter of the size. Pixels are weighted by how much they are background, so
// that no foreground colour enters and no halo forms; alpha holds the sum of the weights.
#include "view.glsl"

const int Radius = 8;

void main()
{
    float texel = 1.0 / float(textureSize(frame, 0).x) * 4.0;
    vec4 sum = vec4(0.0);
    for (int i = -Radius; i <= Radius; i++)
    {
        vec2 at = uv + vec2(float(i) * texel, 0.0);
        float background = 1.0 - classColor(at).a;
        float weight = exp(-float(i * i) / 32.0) * (background + 0.001);
        sum += vec4(texture(frame, at).rgb, 1.0) * weight;
    }

    color = sum / float(2 * Radius + 1);
}
